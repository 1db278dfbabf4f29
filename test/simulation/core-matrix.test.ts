import { expect, test } from "vitest";
import { ACTIONS, coreStory } from "./support/core-story.js";
import { FAULTS } from "./support/faults.js";

const CLIENTS = [ACTIONS, ["update-shared", "read", "update-shared"]] as const;

test.each([true, false])(
  "whatever happens to any one request, each write is as its caller was told (create with ACL in one request: %s)",
  async (createsWithAcl) => {
    const requests = await coreStory({ clients: CLIENTS, troubles: [], createsWithAcl });
    expect(requests).toBeGreaterThan(50);
    for (let index = 0; index < requests; index++) {
      for (const fault of FAULTS) {
        await coreStory({ clients: CLIENTS, troubles: [[index, { kind: "fault", ...fault }]], createsWithAcl }).catch(
          (cause) => {
            throw new Error(`request ${index}, ${fault.point}, then ${fault.consequence}: ${cause.message}`, { cause });
          },
        );
      }
    }
  },
);
