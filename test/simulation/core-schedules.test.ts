import fc from "fast-check";
import { test } from "vitest";
import { ACTIONS, coreStory } from "./support/core-story.js";
import { SCHEDULES, SCHEDULES_LIMIT_MS } from "./support/schedules.js";
import { troubles } from "./support/trouble.js";

const actions = fc.array(fc.constantFrom(...ACTIONS), { minLength: 1, maxLength: 4 });

const story = fc.record({
  clients: fc.array(actions, { minLength: 1, maxLength: 2 }),
  troubles: troubles(30, 3),
  createsWithAcl: fc.boolean(),
});

test(
  `in ${SCHEDULES.numRuns} random schedules with troubles each write is as its caller was told`,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), story, async (scheduler, story) => {
        await coreStory(story, { scheduler });
      }),
      SCHEDULES,
    );
  },
  SCHEDULES_LIMIT_MS,
);
