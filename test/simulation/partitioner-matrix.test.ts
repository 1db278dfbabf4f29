import { expect, test } from "vitest";
import { FAULTS } from "./support/faults.js";
import { partitionerStory } from "./support/partitioner-story.js";

const STORIES = {
  "two members, calls that end at once": { members: 2, partitions: 2, windDownMs: 0 },
  "calls that take their time to end": { members: 2, partitions: 3, windDownMs: 300 },
};

test.each(Object.entries(STORIES))(
  "whatever happens to any one request, each partition is owned once, by all in equal numbers: %s (H80)",
  async (_, story) => {
    const requests = await partitionerStory({ ...story, troubles: [] });
    expect(requests).toBeGreaterThan(20);
    for (let index = 0; index < requests; index++) {
      for (const fault of FAULTS) {
        await partitionerStory({ ...story, troubles: [[index, { kind: "fault", ...fault }]] }).catch((cause) => {
          throw new Error(`request ${index}, ${fault.point}, then ${fault.consequence}: ${cause.message}`, { cause });
        });
      }
    }
  },
  300_000,
);
