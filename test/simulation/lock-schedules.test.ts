import fc from "fast-check";
import { test } from "vitest";
import { LOCK_STORIES } from "./support/lock-stories.js";
import { lockStory } from "./support/lock-story.js";
import { SCHEDULES, SCHEDULES_LIMIT_MS } from "./support/schedules.js";

test(
  `in ${SCHEDULES.numRuns} random schedules with troubles one at a time holds the lock and nothing is left`,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), LOCK_STORIES, async (scheduler, story) => {
        await lockStory(story, { scheduler });
      }),
      SCHEDULES,
    );
  },
  SCHEDULES_LIMIT_MS,
);
