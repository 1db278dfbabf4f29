import fc from "fast-check";
import { test } from "vitest";
import { multiLockStory } from "./support/multi-lock-story.js";
import { SCHEDULES, SCHEDULES_LIMIT_MS } from "./support/schedules.js";
import { troubles } from "./support/trouble.js";

const paths = fc.shuffledSubarray(["/a", "/b", "/c"], { minLength: 2 });

const story = fc.record({
  clients: fc.array(paths, { minLength: 2, maxLength: 3 }),
  holdMs: fc.constantFrom(5, 20, 400),
  troubles: troubles(30, 3),
});

test(
  `in ${SCHEDULES.numRuns} random schedules with troubles no two hold what they share, and none waits for ever`,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), story, async (scheduler, story) => {
        await multiLockStory(story, { scheduler });
      }),
      SCHEDULES,
    );
  },
  SCHEDULES_LIMIT_MS,
);
