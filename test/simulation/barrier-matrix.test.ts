import { expect, test } from "vitest";
import { barrierStory } from "./support/barrier-story.js";
import { FAULTS } from "./support/faults.js";

const STORIES = {
  "two participants, twice": { clients: 2, parties: 2, rounds: 2, stayMs: 20 },
  "three participants who stay": { clients: 3, parties: 3, rounds: 1, stayMs: 400 },
  "one too many": { clients: 3, parties: 2, rounds: 2, stayMs: 20 },
};

test.each(Object.entries(STORIES))(
  "whatever happens to any one request, they enter and leave together, and nothing is left: %s (H68, H71, H72)",
  async (_, story) => {
    const requests = await barrierStory({ ...story, troubles: [] });
    expect(requests).toBeGreaterThan(15);
    for (let index = 0; index < requests; index++) {
      for (const fault of FAULTS) {
        await barrierStory({ ...story, troubles: [[index, { kind: "fault", ...fault }]] }).catch((cause) => {
          throw new Error(`request ${index}, ${fault.point}, then ${fault.consequence}: ${cause.message}`, { cause });
        });
      }
    }
  },
  // Some 2,000 stories.
  300_000,
);
