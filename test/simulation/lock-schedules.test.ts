import fc from "fast-check";
import { test } from "vitest";
import { lockStory } from "./support/lock-story.js";
import { SCHEDULES } from "./support/schedules.js";
import { troubles } from "./support/trouble.js";

const story = fc.record({
  clients: fc.constantFrom(2, 2, 2, 2, 3),
  tasks: fc.constantFrom(1, 1, 2),
  rounds: fc.constantFrom(1, 1, 1, 1, 2),
  // Seldom long enough for the holder to watch its own znode.
  holdMs: fc.constantFrom(5, 20, 20, 400),
  troubles: troubles(20, 3),
});

test(`in ${SCHEDULES.numRuns} random schedules with troubles one at a time holds the lock and nothing is left`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), story, async (scheduler, story) => {
      await lockStory(story, { scheduler });
    }),
    SCHEDULES,
  );
}, 600_000);
