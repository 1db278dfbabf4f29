import { SessionLostError } from "@zookit/core";
import { expect, test } from "vitest";
import type { Guard } from "./guard.js";
import type { Partition } from "./partition.js";
import { Tenure } from "./tenure.js";

/** A session whose deadline has passed without anybody having asked: the first who does ends it. */
function stalledSession() {
  const lost = new AbortController();
  let isStalled = false;
  return {
    stall: () => {
      isStalled = true;
    },
    lost: lost.signal,
    isValid: () => {
      if (isStalled) lost.abort(new SessionLostError("its deadline has passed"));
      return !isStalled;
    },
  };
}

test("what a call throws after a stall past the session is not its failure, even if nobody has been told yet (H14)", async () => {
  const session = stalledSession();
  const deleted = (signal: AbortSignal) =>
    new Promise<void>((_, reject) => signal.addEventListener("abort", () => reject(signal.reason), { once: true }));
  const guard = { session, deleted, path: "/owners/p", fencingToken: 1n } as unknown as Guard;
  const told: string[] = [];
  const tenure = new Tenure("p", guard, (change) => told.push(change));
  let owned: Partition | undefined;
  const call = async (partition: Partition) => {
    owned = partition;
    session.stall();
    throw new Error("its token was refused");
  };
  await expect(tenure.run(call, new AbortController().signal)).resolves.toBeUndefined();
  expect(told).toEqual(["lost"]);
  expect(owned?.lost.reason).toMatchObject({ code: "partition-lost", cause: { code: "session-lost" } });
});
