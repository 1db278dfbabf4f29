import { expect, test } from "vitest";
import { FAULTS } from "./support/faults.js";
import { semaphoreStory } from "./support/semaphore-story.js";

const STORIES = {
  "two clients for one permit": { limit: 1, asks: [1, 1], rounds: 1, holdMs: 20, changes: [] },
  "two permits each, of three": { limit: 3, asks: [2, 2], rounds: 1, holdMs: 20, changes: [] },
  "held long enough to watch the own znodes": { limit: 2, asks: [2], rounds: 1, holdMs: 400, changes: [] },
  "one client, twice": { limit: 2, asks: [1], rounds: 2, holdMs: 20, changes: [] },
  "the limit goes up and down": { limit: 2, asks: [1, 2], rounds: 1, holdMs: 20, changes: [3, 2] },
};

test.each(Object.entries(STORIES))(
  "whatever happens to any one request, no more permits than the limit are held and nothing is left: %s (H47, H62, H63)",
  async (_, story) => {
    const requests = await semaphoreStory({ ...story, troubles: [] });
    expect(requests).toBeGreaterThan(8);
    for (let index = 0; index < requests; index++) {
      for (const fault of FAULTS) {
        await semaphoreStory({ ...story, troubles: [[index, { kind: "fault", ...fault }]] }).catch((cause) => {
          throw new Error(`request ${index}, ${fault.point}, then ${fault.consequence}: ${cause.message}`, { cause });
        });
      }
    }
  },
);
