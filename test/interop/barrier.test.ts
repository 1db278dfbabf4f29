import { Barrier, DoubleBarrier } from "@zookit/barrier";
import { connect, type ZooKeeper } from "@zookit/core";
import { beforeEach, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot } from "../harness/shared.js";
import { waitUntil } from "../harness/wait-until.js";
import { missingPeers } from "./available.js";
import { startCuratorBarrier, startKazooBarrier } from "./barrier-peer.js";

const hosts = sharedHosts();
const missing = await missingPeers();
const timeoutMs = 30_000;

beforeEach((context) => context.skip(missing !== "", `needs Debian's packages ${missing}`));

const LIBRARIES = [
  { name: "kazoo", start: startKazooBarrier },
  { name: "Curator", start: startCuratorBarrier },
];

async function childrenOf(zk: ZooKeeper, path: string): Promise<readonly string[]> {
  await zk.sync("/");
  return (await zk.exists(path)) === undefined ? [] : (await zk.children(path)).children;
}

const untilMembers = (zk: ZooKeeper, path: string, count: number) =>
  waitUntil(async () => (await childrenOf(zk, path)).filter((name) => name !== "ready").length === count, {
    what: `there are ${count} members`,
  });

/** Whether a promise has been fulfilled yet. */
function settled(promise: Promise<unknown>): () => boolean {
  let isSettled = false;
  promise.then(
    () => {
      isSettled = true;
    },
    () => {},
  );
  return () => isSettled;
}

describe.each(LIBRARIES)("$name's barrier and zookit's", ({ start }) => {
  it("is one barrier: whoever closes and opens it, the other one waits before it and goes on", async () => {
    const path = uniqueRoot();
    await using peer = await start(hosts);
    await using zk = await connect(hosts);
    const ours = new Barrier(zk, path);

    await peer.create(path);
    const waiting = ours.wait({ timeoutMs });
    const hasPassed = settled(waiting);
    await expect(ours.wait({ timeoutMs: 100 })).rejects.toMatchObject({ code: "timeout" });
    expect(hasPassed()).toBe(false);
    await peer.remove(path);
    await waiting;

    await ours.create();
    const theirs = peer.wait(path, 30);
    expect(await peer.wait(path, 1)).toBe(false);
    await ours.remove();
    expect(await theirs).toBe(true);
  });
});

describe.each(LIBRARIES)("$name's double barrier and zookit's", ({ name, start }) => {
  it("enter together, whoever comes first, and zookit does not leave before the other one does", async () => {
    const root = uniqueRoot();
    await using peer = await start(hosts);
    await using zk = await connect(hosts);
    for (const isPeerFirst of [true, false]) {
      const path = `${root}/peer-first-${isPeerFirst}`;
      const ours = new DoubleBarrier(zk, path, 2, { dialect: "shared" });
      const enter = [() => peer.enter(path, 2), () => ours.enter({ timeoutMs })];
      if (!isPeerFirst) enter.reverse();

      const first = enter[0]?.();
      const hasEntered = settled(first as Promise<unknown>);
      await untilMembers(zk, path, 1);
      expect(hasEntered()).toBe(false);
      await Promise.all([first, enter[1]?.()]);

      const leaving = ours.leave({ timeoutMs });
      const hasLeft = settled(leaving);
      await untilMembers(zk, path, 1);
      expect(hasLeft()).toBe(false);
      await peer.leave(path);
      await leaving;
      await waitUntil(async () => (await childrenOf(zk, path)).length === 0, { what: "nothing is left behind" });
    }
  });

  it("leave together when the other one leaves first", async () => {
    const path = uniqueRoot();
    await using peer = await start(hosts);
    await using zk = await connect(hosts);
    const ours = new DoubleBarrier(zk, path, 2, { dialect: "shared" });
    await Promise.all([peer.enter(path, 2), ours.enter({ timeoutMs })]);
    const leaving = peer.leave(path);
    await ours.leave({ timeoutMs });
    await leaving;
    await waitUntil(async () => (await childrenOf(zk, path)).length === 0, { what: "nothing is left behind" });
  });

  it("do not enter one short beside a ready that a crashed run has left (H70, H71)", async () => {
    const path = uniqueRoot();
    await using peer = await start(hosts);
    await using zk = await connect(hosts);
    await zk.create(`${path}/ready`, "", { parents: true });
    const ours = new DoubleBarrier(zk, path, 2, { dialect: "shared" });
    const entering = ours.enter({ timeoutMs });
    const hasEntered = settled(entering);
    await untilMembers(zk, path, 1);
    expect(await childrenOf(zk, path)).not.toContain("ready");
    expect(hasEntered()).toBe(false);
    await Promise.all([entering, peer.enter(path, 2)]);
    await Promise.all([ours.leave({ timeoutMs }), peer.leave(path)]);
  });

  it(`leave when ${name}'s process was killed inside, once its session has ended (H72)`, async () => {
    const path = uniqueRoot();
    await using peer = await start(hosts);
    await using zk = await connect(hosts);
    const ours = new DoubleBarrier(zk, path, 2, { dialect: "shared" });
    await Promise.all([peer.enter(path, 2), ours.enter({ timeoutMs })]);
    await peer.kill();
    await ours.leave({ timeoutMs });
    expect((await childrenOf(zk, path)).filter((child) => child !== "ready")).toEqual([]);
  });
});

describe("kazoo, Curator and two of zookit", () => {
  it("enter one double barrier together, run after run, and nothing is left behind", async () => {
    const path = uniqueRoot();
    await using kazoo = await startKazooBarrier(hosts);
    await using curator = await startCuratorBarrier(hosts);
    await using one = await connect(hosts);
    await using two = await connect(hosts);
    const ours = [one, two].map((zk) => new DoubleBarrier(zk, path, 4, { dialect: "shared" }));
    for (let run = 0; run < 3; run++) {
      const early = [kazoo.enter(path, 4), ...ours.map((barrier) => barrier.enter({ timeoutMs }))];
      const haveEntered = early.map(settled);
      await untilMembers(one, path, 3);
      expect(haveEntered.map((has) => has())).toEqual([false, false, false]);
      await Promise.all([...early, curator.enter(path, 4)]);
      await Promise.all([
        kazoo.leave(path),
        curator.leave(path),
        ...ours.map((barrier) => barrier.leave({ timeoutMs })),
      ]);
      await waitUntil(async () => (await childrenOf(one, path)).length === 0, { what: "nothing is left behind" });
    }
  });
});
