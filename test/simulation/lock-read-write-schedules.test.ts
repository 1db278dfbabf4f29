import fc from "fast-check";
import { test } from "vitest";
import { readWriteStory, type Visit } from "./support/read-write-story.js";
import { SCHEDULES, SCHEDULES_LIMIT_MS } from "./support/schedules.js";
import { troubles } from "./support/trouble.js";

const visit = fc.constantFrom<Visit>("read", "read", "write", "downgrade", "downgrade");

const story = fc.record({
  clients: fc.array(fc.array(visit, { minLength: 1, maxLength: 2 }), { minLength: 2, maxLength: 3 }),
  together: fc.boolean(),
  // Seldom long enough for the holder to watch its own znode.
  holdMs: fc.constantFrom(5, 20, 20, 400),
  troubles: troubles(25, 3),
});

test(
  `in ${SCHEDULES.numRuns} random schedules with troubles who writes is alone and nothing is left (H59, H60)`,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), story, async (scheduler, story) => {
        await readWriteStory(story, { scheduler });
      }),
      SCHEDULES,
    );
  },
  SCHEDULES_LIMIT_MS,
);
