import fc from "fast-check";
import { test } from "vitest";
import { electionStory } from "./support/election-story.js";
import { SCHEDULES, SCHEDULES_LIMIT_MS } from "./support/schedules.js";
import { troubles } from "./support/trouble.js";

const story = fc.record({
  clients: fc.constantFrom(2, 2, 2, 2, 3),
  rounds: fc.constantFrom(1, 1, 1, 1, 2),
  // Seldom long enough for the leader to watch its own znode.
  leadMs: fc.constantFrom(5, 20, 20, 400),
  troubles: troubles(30, 3),
});

test(
  `in ${SCHEDULES.numRuns} random schedules with troubles one leads at a time, everybody leads, and nothing is left (H64, H66)`,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), story, async (scheduler, story) => {
        await electionStory(story, { scheduler });
      }),
      SCHEDULES,
    );
  },
  SCHEDULES_LIMIT_MS,
);
