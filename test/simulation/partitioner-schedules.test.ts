import fc from "fast-check";
import { test } from "vitest";
import { partitionerStory } from "./support/partitioner-story.js";
import { SCHEDULES, SCHEDULES_LIMIT_MS } from "./support/schedules.js";
import { troubles } from "./support/trouble.js";

const story = fc.record({
  members: fc.constantFrom(2, 2, 2, 2, 3),
  partitions: fc.constantFrom(1, 2, 2, 3),
  windDownMs: fc.constantFrom(0, 5, 5, 700),
  troubles: troubles(80, 3),
});

test(
  `in ${SCHEDULES.numRuns} random schedules with troubles each partition is owned once, and in the end by its member (H80)`,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), story, async (scheduler, story) => {
        await partitionerStory(story, { scheduler });
      }),
      SCHEDULES,
    );
  },
  SCHEDULES_LIMIT_MS,
);
