import fc from "fast-check";
import { test } from "vitest";
import { SCHEDULES, SCHEDULES_LIMIT_MS } from "./support/schedules.js";
import { semaphoreStory } from "./support/semaphore-story.js";
import { troubles } from "./support/trouble.js";

const permits = fc.constantFrom(1, 1, 2);

const story = fc.record({
  limit: fc.constantFrom(2, 2, 3),
  asks: fc.oneof(
    { weight: 3, arbitrary: fc.tuple(permits, permits) },
    { weight: 1, arbitrary: fc.tuple(permits, permits, permits) },
  ),
  rounds: fc.constantFrom(1, 1, 1, 2),
  // Seldom long enough for the holders to watch their own znodes.
  holdMs: fc.constantFrom(5, 20, 20, 400),
  // Never lower than what somebody asks for.
  changes: fc.array(fc.constantFrom(2, 3, 5), { maxLength: 2 }),
  troubles: troubles(35, 3),
});

test(
  `in ${SCHEDULES.numRuns} random schedules with troubles no more permits than the limit are held and nothing is left`,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), story, async (scheduler, story) => {
        await semaphoreStory(story, { scheduler });
      }),
      SCHEDULES,
    );
  },
  SCHEDULES_LIMIT_MS,
);
