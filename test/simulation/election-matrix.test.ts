import { expect, test } from "vitest";
import { electionStory } from "./support/election-story.js";
import { FAULTS } from "./support/faults.js";

const STORIES = {
  "two clients, short terms": { clients: 2, rounds: 1, leadMs: 20 },
  "two clients, terms long enough to watch the own znode": { clients: 2, rounds: 1, leadMs: 400 },
  "one client, twice": { clients: 1, rounds: 2, leadMs: 20 },
};

test.each(Object.entries(STORIES))(
  "whatever happens to any one request, one leads at a time, everybody leads, and nothing is left: %s (H64, H66)",
  async (_, story) => {
    const requests = await electionStory({ ...story, troubles: [] });
    expect(requests).toBeGreaterThan(10);
    for (let index = 0; index < requests; index++) {
      for (const fault of FAULTS) {
        await electionStory({ ...story, troubles: [[index, { kind: "fault", ...fault }]] }).catch((cause) => {
          throw new Error(`request ${index}, ${fault.point}, then ${fault.consequence}: ${cause.message}`, { cause });
        });
      }
    }
  },
);
