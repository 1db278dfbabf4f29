import { expect, test } from "vitest";
import { FAULTS } from "./support/faults.js";
import { type ReadWriteStory, readWriteStory } from "./support/read-write-story.js";

const STORIES: Readonly<Record<string, Omit<ReadWriteStory, "troubles">>> = {
  "two readers and a writer between them": { clients: [["read"], ["write"], ["read"]], holdMs: 20 },
  "a writer that goes on reading, before a reader and a writer": {
    clients: [["downgrade"], ["read"], ["write"]],
    holdMs: 20,
  },
  "two clients of two tasks each": {
    clients: [
      ["downgrade", "write"],
      ["write", "read"],
    ],
    together: true,
    holdMs: 20,
  },
  "a writer that goes on reading, long enough to watch the own znode": {
    clients: [["downgrade"], ["write"]],
    holdMs: 250,
  },
};

test.each(Object.entries(STORIES))(
  "whatever happens to any one request, who writes is alone and nothing is left (H59, H60): %s",
  async (_, story) => {
    const requests = await readWriteStory({ ...story, troubles: [] });
    expect(requests).toBeGreaterThan(10);
    for (let index = 0; index < requests; index++) {
      for (const fault of FAULTS) {
        await readWriteStory({ ...story, troubles: [[index, { kind: "fault", ...fault }]] }).catch((cause) => {
          throw new Error(`request ${index}, ${fault.point}, then ${fault.consequence}: ${cause.message}`, { cause });
        });
      }
    }
  },
);

test("an abort at any moment ends with a handle or a rejection, also of a downgrade, and leaves nothing (H47, H48)", async () => {
  const story: Omit<ReadWriteStory, "troubles"> = { clients: [["downgrade"], ["read"], ["write"]], holdMs: 20 };
  const requests = await readWriteStory({ ...story, troubles: [] });
  for (let index = 0; index < requests; index++) {
    await readWriteStory({ ...story, troubles: [[index, { kind: "abort" }]] });
    for (const point of ["lost", "reply-lost", "late"] as const) {
      const fault = { kind: "fault", point, consequence: "lagging" } as const;
      await readWriteStory({
        ...story,
        troubles: [
          [index, fault],
          [index + 1, { kind: "abort" }],
        ],
      });
    }
  }
});
