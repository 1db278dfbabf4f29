/** What each recipe publishes on its diagnostics channel: every change once, in order, with whose it is. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { Barrier, type BarrierMessage, DoubleBarrier, type DoubleBarrierMessage } from "@zookit/barrier";
import type { ZooKeeper } from "@zookit/core";
import { Counter, type CounterMessage } from "@zookit/counter";
import { Election, type LeadershipMessage } from "@zookit/election";
import { Lock, type LockMessage, type PermitsMessage, ReadWriteLock, Semaphore } from "@zookit/lock";
import type { PartitionMessage, RebalanceMessage } from "@zookit/partitioner";
import { type MembershipMessage, Party } from "@zookit/party";
import { type SimulatedEnsemble, simulate, type VirtualTime } from "@zookit/testing";
import { expect, test } from "vitest";
import { openClient, waitFor } from "./support/clients.js";
import { haveLoads, openWorker, partitionsOf } from "./support/partitioner-group.js";
import { PATH as PARTITIONER } from "./support/partitioner-story.js";

type Play = (ensemble: SimulatedEnsemble, time: VirtualTime, zk: ZooKeeper) => Promise<void>;

/** What is published on a channel while a client plays. */
async function published<Message>(channel: string, play: Play): Promise<readonly Message[]> {
  const messages: Message[] = [];
  const listen = (message: unknown) => messages.push(message as Message);
  subscribe(channel, listen);
  try {
    await simulate(async (ensemble, time) => {
      const zk = await openClient(ensemble);
      await play(ensemble, time, zk);
      await zk.close();
    });
  } finally {
    unsubscribe(channel, listen);
  }
  return messages;
}

async function loseSession(ensemble: SimulatedEnsemble, time: VirtualTime, zk: ZooKeeper, lost: AbortSignal) {
  ensemble.expireSession(zk.session.id);
  await waitFor(time, "it is told that it is lost", () => lost.aborted);
}

test("zookit:lock tells when a lock is acquired, and when it is released or lost, once", async () => {
  const tokens: bigint[] = [];
  const messages = await published<LockMessage>("zookit:lock", async (ensemble, time, zk) => {
    const lock = new Lock(zk, "/lock", { identifier: "a" });
    const released = await lock.acquire();
    await released.release();
    await released.release();
    const lost = (await lock.tryAcquire()) ?? expect.fail("it is free");
    expect(await lock.tryAcquire()).toBeUndefined();
    await loseSession(ensemble, time, zk, lost.lost);
    await lost.release();
    tokens.push(released.fencingToken, lost.fencingToken);
  });
  const about = { path: "/lock", identifier: "a", kind: "exclusive" };
  const [first, second] = tokens;
  expect(messages).toEqual([
    { ...about, fencingToken: first, change: "acquired" },
    { ...about, fencingToken: first, change: "released" },
    { ...about, fencingToken: second, change: "acquired" },
    { ...about, fencingToken: second, change: "lost" },
  ]);
});

test("zookit:lock tells readers from writers, and of a writer that becomes a reader", async () => {
  const messages = await published<LockMessage>("zookit:lock", async (_ensemble, _time, zk) => {
    const { read, write } = new ReadWriteLock(zk, "/lock");
    await (await read.acquire()).release();
    const reading = await (await write.acquire()).downgrade();
    await reading.release();
  });
  expect(messages.map(({ kind, change }) => `${kind} ${change}`)).toEqual([
    "read acquired",
    "read released",
    "write acquired",
    "read acquired",
    "write released",
    "read released",
  ]);
  const [, , writing, reading] = messages;
  expect(reading?.fencingToken).toBe(writing?.fencingToken);
});

test("zookit:permits tells when permits are acquired, and when they are released or lost", async () => {
  const tokens: bigint[] = [];
  const messages = await published<PermitsMessage>("zookit:permits", async (ensemble, time, zk) => {
    const semaphore = new Semaphore(zk, "/semaphore", 3, { identifier: "a" });
    const released = await semaphore.acquire({ permits: 3 });
    expect(await semaphore.tryAcquire()).toBeUndefined();
    await released.release();
    const lost = await semaphore.acquire();
    await loseSession(ensemble, time, zk, lost.lost);
    tokens.push(released.fencingToken, lost.fencingToken);
  });
  const about = { path: "/semaphore", identifier: "a" };
  const [first, second] = tokens;
  expect(messages).toEqual([
    { ...about, permits: 3, fencingToken: first, change: "acquired" },
    { ...about, permits: 3, fencingToken: first, change: "released" },
    { ...about, permits: 1, fencingToken: second, change: "acquired" },
    { ...about, permits: 1, fencingToken: second, change: "lost" },
  ]);
});

test("zookit:leadership tells when a leadership begins, and when it is resigned or lost", async () => {
  const tokens: bigint[] = [];
  const messages = await published<LeadershipMessage>("zookit:leadership", async (ensemble, time, zk) => {
    const election = new Election(zk, "/election", { identifier: "a" });
    const resigned = await election.campaign();
    await resigned.resign();
    await resigned.resign();
    const lost = await election.campaign();
    await loseSession(ensemble, time, zk, lost.lost);
    tokens.push(resigned.fencingToken, lost.fencingToken);
  });
  const about = { path: "/election", identifier: "a" };
  const [first, second] = tokens;
  expect(messages).toEqual([
    { ...about, fencingToken: first, change: "elected" },
    { ...about, fencingToken: first, change: "resigned" },
    { ...about, fencingToken: second, change: "elected" },
    { ...about, fencingToken: second, change: "lost" },
  ]);
});

test("zookit:membership tells when a member joins, is absent, joins again, and leaves, once", async () => {
  const messages = await published<MembershipMessage>("zookit:membership", async (ensemble, time, zk) => {
    const membership = await new Party(zk, "/party").join({ identifier: "a" });
    const session = zk.session.id;
    ensemble.expireSession(session);
    await waitFor(time, "it is back", () => zk.session.id !== session && membership.state === "joined");
    await membership.leave();
    await membership.leave();
  });
  const about = { path: "/party", identifier: "a" };
  expect(messages).toEqual(["joined", "absent", "joined", "left"].map((change) => ({ ...about, change })));
});

test("zookit:membership says lost, once and for good, of a membership that ends without having been left", async () => {
  const messages = await published<MembershipMessage>("zookit:membership", async (_ensemble, time, zk) => {
    const membership = await new Party(zk, "/party").join();
    await zk.close();
    await waitFor(time, "it is told", () => membership.lost.aborted);
    await membership.leave();
  });
  expect(messages.map(({ change }) => change)).toEqual(["joined", "absent", "lost"]);
});

test("zookit:barrier tells who has closed, opened and passed it", async () => {
  const messages = await published<BarrierMessage>("zookit:barrier", async (_ensemble, time, zk) => {
    const barrier = new Barrier(zk, "/barrier");
    await barrier.create();
    const waiting = barrier.wait();
    await time.pass(100);
    await barrier.remove();
    await waiting;
    await barrier.create();
    await expect(barrier.wait({ timeoutMs: 10 })).rejects.toMatchObject({ code: "timeout" });
  });
  const about = { path: "/barrier" };
  expect(messages).toHaveLength(4);
  expect(messages[0]).toEqual({ ...about, change: "closed" });
  // Whoever waits may hear of it before the answer comes.
  expect(messages.slice(1, 3)).toContainEqual({ ...about, change: "opened" });
  expect(messages.slice(1, 3)).toContainEqual({ ...about, change: "passed" });
  expect(messages[3]).toEqual({ ...about, change: "closed" });
});

test.each(["own", "shared"] as const)(
  "zookit:double-barrier tells who has entered, left, and was lost inside, in the %s dialect",
  async (dialect) => {
    const messages = await published<DoubleBarrierMessage>("zookit:double-barrier", async (ensemble, time, zk) => {
      const barrier = new DoubleBarrier(zk, "/barrier", 1, { identifier: "a", dialect });
      await barrier.enter();
      await barrier.leave();
      const disposed = await barrier.enter();
      await disposed[Symbol.asyncDispose]();
      await disposed[Symbol.asyncDispose]();
      const { lost } = await barrier.enter();
      await loseSession(ensemble, time, zk, lost);
      await expect(barrier.leave()).rejects.toMatchObject({ code: "broken-barrier" });
    });
    const about = { path: "/barrier", identifier: "a", parties: 1 };
    const changes = ["entered", "left", "entered", "left", "entered", "lost"];
    expect(messages).toEqual(changes.map((change) => expect.objectContaining({ ...about, change })));
    const generations = messages.map(({ generation }) => generation);
    if (dialect === "shared") expect(new Set(generations)).toEqual(new Set([undefined]));
    else expect(new Set(generations).size).toBe(3);
  },
);

test("zookit:counter tells what each change was, and what it has failed with", async () => {
  const messages = await published<CounterMessage>("zookit:counter", async (_ensemble, _time, zk) => {
    const counter = new Counter(zk, "/counter");
    await counter.add(5);
    await counter.compareAndSet(4, 7);
    await expect(counter.add(Number.MAX_SAFE_INTEGER)).rejects.toThrow();
    await counter.get();
  });
  const path = "/counter";
  expect(messages).toEqual([
    { path, step: { before: 0, after: 5 }, error: undefined },
    { path, step: { before: 5, after: 5 }, error: undefined },
    { path, step: undefined, error: expect.objectContaining({ code: "counter-overflow" }) },
  ]);
});

test("zookit:partition tells what becomes of each partition at each of its owners", async () => {
  const partitions = partitionsOf(2);
  let lostToken: bigint | undefined;
  const messages = await published<PartitionMessage>("zookit:partition", async (ensemble, time) => {
    const one = await openWorker(ensemble, { partitions, identifier: "one" });
    await haveLoads(time, [one], [2]);
    const two = await openWorker(ensemble, { partitions, identifier: "two" });
    await haveLoads(time, [one, two], [1, 1]);
    lostToken = two.begun[0]?.fencingToken;
    ensemble.expireSession(two.zk.session.id);
    await waitFor(time, "its call has ended", () => two.begun[0]?.lost.aborted === true && two.calls.size === 0);
    two.stop();
    await two.end;
    await haveLoads(time, [one], [2]);
    one.stop();
    await one.end;
  });
  const changesAt = (owner: string) =>
    messages.filter(({ identifier }) => identifier === owner).map(({ partition, change }) => `${partition} ${change}`);
  // What it got last is what it gives up.
  expect(changesAt("one").toSorted()).toEqual(
    ["p0 owned", "p1 owned", "p1 revoked", "p1 passed-on", "p1 owned"]
      .concat(["p0 revoked", "p1 revoked", "p0 passed-on", "p1 passed-on"])
      .toSorted(),
  );
  expect(changesAt("two").slice(0, 2)).toEqual(["p1 owned", "p1 lost"]);
  // From its taking to its end, each by its own token.
  for (const token of new Set(messages.map(({ fencingToken }) => fencingToken))) {
    const changes = messages.filter(({ fencingToken }) => fencingToken === token).map(({ change }) => change);
    expect(changes).toEqual(token === lostToken ? ["owned", "lost"] : ["owned", "revoked", "passed-on"]);
  }
  expect(messages[0]?.path).toBe(PARTITIONER);
});

test("zookit:rebalance tells of each plan who has stored it, for how many, and how many partitions it moves", async () => {
  const messages = await published<RebalanceMessage>("zookit:rebalance", async (ensemble, time) => {
    const partitions = partitionsOf(5);
    const one = await openWorker(ensemble, { partitions, identifier: "one" });
    await haveLoads(time, [one], [5]);
    const two = await openWorker(ensemble, { partitions, identifier: "two" });
    await haveLoads(time, [one, two], [2, 3]);
    await one.partitioner.setPartitions([...partitions, "more"]);
    await haveLoads(time, [one, two], [3, 3]);
    two.stop();
    await two.end;
    await haveLoads(time, [one], [6]);
    one.stop();
    await one.end;
  });
  const about = { path: PARTITIONER, identifier: "one" };
  expect(messages).toEqual([
    { ...about, members: 1, partitions: 5, moved: 5 },
    { ...about, members: 2, partitions: 5, moved: 2 },
    { ...about, members: 2, partitions: 6, moved: 1 },
    { ...about, members: 1, partitions: 6, moved: 3 },
  ]);
});
