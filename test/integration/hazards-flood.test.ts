/** A client that asks for very much at once must not lose its session to its own answers. */
import { connect } from "@zookit/core";
import { expect, it } from "vitest";
import { sharedHosts } from "../harness/index.js";

it("a hundred thousand reads at once do not cost the session, and all are answered (H27)", async () => {
  await using zk = await connect(sharedHosts(), { sessionTimeoutMs: 4_000 });
  const reads = Array.from({ length: 100_000 }, () => zk.exists("/", { timeoutMs: 50_000 }));
  const stats = await Promise.all(reads);
  expect(stats.every((stat) => stat !== undefined)).toBe(true);
  expect(zk.session.epoch).toBe(1);
});
