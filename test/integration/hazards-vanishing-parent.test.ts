/** A lock's znode is a container, which the servers remove when it is empty: at any moment before a contender is in it. */
import { connect } from "@zookit/core";
import { Lock } from "@zookit/lock";
import { FaultProxy } from "@zookit/testing";
import { expect, it } from "vitest";
import { sharedHosts, uniqueRoot } from "../harness/index.js";

it("a lock whose znode vanishes between its creation and that of the contender makes it again (H58)", async () => {
  await using proxy = await FaultProxy.start(sharedHosts());
  await using observer = await connect(sharedHosts());
  await using zk = await connect(proxy.hosts, { sessionTimeoutMs: 4_000 });
  const path = uniqueRoot();
  // The first create finds no parent; the second comes after the parent was made, and is kept back twice.
  const first = await proxy.inject({ operation: "create", at: "request", nth: 2, action: "hold" });
  const second = await proxy.inject({ operation: "create", at: "request", nth: 3, action: "hold" });
  const acquiring = new Lock(zk, path).acquire({ timeoutMs: 10_000 });
  for (const held of [first, second]) {
    await held.happened;
    await observer.delete(path);
    await held.release();
  }
  const handle = await acquiring;
  expect(handle.isHeld()).toBe(true);
  expect((await observer.children(path)).children).toHaveLength(1);
  await handle.release();
});
