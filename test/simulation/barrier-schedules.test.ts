import fc from "fast-check";
import { test } from "vitest";
import { barrierStory } from "./support/barrier-story.js";
import { SCHEDULES, SCHEDULES_LIMIT_MS } from "./support/schedules.js";
import { troubles } from "./support/trouble.js";

const story = fc
  .record({
    parties: fc.constantFrom(2, 2, 2, 3),
    tooMany: fc.constantFrom(0, 0, 1),
    rounds: fc.constantFrom(1, 2),
    stayMs: fc.constantFrom(0, 20, 400),
    troubles: troubles(40, 3),
  })
  .map(({ tooMany, ...rest }) => ({ ...rest, clients: rest.parties + tooMany }));

test(
  `in ${SCHEDULES.numRuns} random schedules with troubles they enter and leave together, and nothing is left`,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), story, async (scheduler, story) => {
        await barrierStory(story, { scheduler });
      }),
      SCHEDULES,
    );
  },
  SCHEDULES_LIMIT_MS,
);
