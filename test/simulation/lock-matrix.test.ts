import { expect, test } from "vitest";
import { FAULTS } from "./support/faults.js";
import { lockStory } from "./support/lock-story.js";

const STORIES = {
  "two clients, short blocks": { clients: 2, rounds: 1, holdMs: 20 },
  "three clients, blocks long enough to watch the own znode": { clients: 3, rounds: 1, holdMs: 400 },
  "one client, twice": { clients: 1, rounds: 2, holdMs: 20 },
  "two clients of two tasks each": { clients: 2, tasks: 2, rounds: 1, holdMs: 20 },
};

test.each(Object.entries(STORIES))(
  "whatever happens to any one request, one at a time holds the lock and nothing is left: %s",
  async (_, story) => {
    const requests = await lockStory({ ...story, troubles: [] });
    expect(requests).toBeGreaterThan(5);
    for (let index = 0; index < requests; index++) {
      for (const fault of FAULTS) {
        await lockStory({ ...story, troubles: [[index, { kind: "fault", ...fault }]] }).catch((cause) => {
          throw new Error(`request ${index}, ${fault.point}, then ${fault.consequence}: ${cause.message}`, { cause });
        });
      }
    }
  },
);
