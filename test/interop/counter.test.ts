import { connect, type ZooKeeper } from "@zookit/core";
import { Counter, CounterOverflowError, type Step, UnreadableCounterError } from "@zookit/counter";
import { beforeEach, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot } from "../harness/shared.js";
import { waitUntil } from "../harness/wait-until.js";
import { missingPeers } from "./available.js";
import { counterPairings, int32, int64, text } from "./counter-pairings.js";
import { type CounterAt, type PeerStep, startCuratorCounter, startKazooCounter } from "./recipe-peer.js";

const hosts = sharedHosts();
const missing = await missingPeers();
const ROUNDS = 25;
/** How often each of zookit's two counters adds in a round; the peer adds as often as both together. */
const BURST = 4;
const INT32_MAX = 2 ** 31 - 1;
const INT32_MIN = -(2 ** 31);

beforeEach((context) => context.skip(missing !== "", `needs Debian's packages ${missing}`));

const bytesAt = async (zk: ZooKeeper, path: string) => (await zk.get(path)).data;

/** How often a value was left by one side and found by the other. */
function handOvers(ours: readonly Step[], theirs: readonly Step[]): number {
  const left = new Set(theirs.map(({ after }) => after));
  return ours.filter(({ before }) => left.has(before)).length;
}

describe.each(counterPairings)("$name and zookit", ({ start, encoding, form, stored, isMadeByPeer }) => {
  const at = (path: string): CounterAt => ({ path, ...(form && { form }) });

  it("lose no addition and count none twice when both add at the same time (H75)", async () => {
    const root = uniqueRoot();
    const path = `${root}/counter`;
    await using peer = await start(hosts);
    // The shorter the pauses after a conflict, the more conflicts there are.
    await using zk = await connect(hosts, { retry: { minDelayMs: 1, maxDelayMs: 5 } });
    await using otherZk = await connect(hosts, { retry: { minDelayMs: 1, maxDelayMs: 5 } });
    const counters = [zk, otherZk].map((client) => new Counter(client, path, { encoding }));
    // Elsewhere, so that the peer is as quick as it gets when it meets ours.
    await peer.add(at(`${root}/exercise`), 1, 100);
    if (isMadeByPeer) await peer.add(at(path), 0);
    const ours: Step[] = [];
    const theirs: PeerStep[] = [];
    const addOneByOne = async (counter: Counter) => {
      for (let time = 0; time < BURST; time++) ours.push(await counter.increment());
    };

    // In rounds, since whoever has conflicts pauses: otherwise one side would have finished before the other comes in.
    for (let round = 0; round < ROUNDS; round++) {
      const [added] = await Promise.all([peer.add(at(path), 1, 2 * BURST), ...counters.map(addOneByOne)]);
      theirs.push(...added);
    }

    const sum = 4 * BURST * ROUNDS;
    const steps = [...theirs, ...ours].toSorted((a, b) => a.before - b.before);
    expect(steps).toEqual(Array.from({ length: sum }, (_, before) => ({ before, after: before + 1 })));
    for (const counter of counters) expect(await counter.get()).toBe(sum);
    // A shared count tells what it has been notified of, which may take a moment.
    await waitUntil(async () => (await peer.get(at(path))) === sum, { what: "the peer sees the sum" });
    expect(await bytesAt(zk, path)).toEqual(stored(sum));
    expect(handOvers(ours, theirs)).toBeGreaterThan(10);
    expect(handOvers(theirs, ours)).toBeGreaterThan(10);
  });

  it("see each other's values, negative ones too, and keep the form in which they are stored", async () => {
    const path = uniqueRoot();
    await using peer = await start(hosts);
    await using zk = await connect(hosts);
    const ours = new Counter(zk, path, { encoding });
    const seenByPeer = (value: number) =>
      waitUntil(async () => (await peer.get(at(path))) === value, { what: `the peer sees ${value}` });

    if (isMadeByPeer) await peer.add(at(path), 0);
    expect(await ours.add(5)).toEqual({ before: 0, after: 5 });
    expect(await bytesAt(zk, path)).toEqual(stored(5));
    await seenByPeer(5);
    expect(await peer.add(at(path), -12)).toEqual([{ before: 5, after: -7 }]);
    expect(await ours.get()).toBe(-7);
    expect(await bytesAt(zk, path)).toEqual(stored(-7));
    expect(await ours.add(-300)).toEqual({ before: -7, after: -307 });
    await seenByPeer(-307);
    expect(await ours.compareAndSet(-307, 1234)).toBe(true);
    await seenByPeer(1234);
    expect(await bytesAt(zk, path)).toEqual(stored(1234));
  });

  it("tell zookit's watch of what the peer has added", async () => {
    const path = uniqueRoot();
    await using peer = await start(hosts);
    await using zk = await connect(hosts);
    await peer.add(at(path), 3);
    const values = new Counter(zk, path, { encoding }).watch()[Symbol.asyncIterator]();

    expect(await values.next()).toEqual({ value: 3, done: false });
    await peer.add(at(path), 4);
    expect(await values.next()).toEqual({ value: 7, done: false });
    await peer.add(at(path), -9);
    expect(await values.next()).toEqual({ value: -2, done: false });
    await values.return?.();
  });
});

describe.each(counterPairings.filter(({ stored }) => stored === int32))("$name, four bytes", ({ start, form }) => {
  it("go to either end of their range, and zookit refuses to go beyond and changes nothing (H76)", async () => {
    const path = uniqueRoot();
    await using peer = await start(hosts);
    await using zk = await connect(hosts);
    const ours = new Counter(zk, path, { encoding: "curator" });
    const counter = { path, ...(form && { form }) };

    await peer.add(counter, INT32_MAX - 1);
    expect(await ours.increment()).toEqual({ before: INT32_MAX - 1, after: INT32_MAX });
    await expect(ours.increment()).rejects.toBeInstanceOf(CounterOverflowError);
    expect(await bytesAt(zk, path)).toEqual(int32(INT32_MAX));
    await waitUntil(async () => (await peer.get(counter)) === INT32_MAX, { what: "the peer sees the greatest" });

    expect(await peer.add(counter, -INT32_MAX)).toEqual([{ before: INT32_MAX, after: 0 }]);
    expect((await ours.add(INT32_MIN)).after).toBe(INT32_MIN);
    await expect(ours.decrement()).rejects.toBeInstanceOf(CounterOverflowError);
    expect(await bytesAt(zk, path)).toEqual(int32(INT32_MIN));
    await waitUntil(async () => (await peer.get(counter)) === INT32_MIN, { what: "the peer sees the least" });
  });
});

describe("Curator's DistributedAtomicLong, eight bytes", () => {
  it("goes beyond four bytes, as far as a safe integer, and zookit refuses what is beyond that", async () => {
    const path = uniqueRoot();
    await using peer = await startCuratorCounter(hosts);
    await using zk = await connect(hosts);
    const ours = new Counter(zk, path, { encoding: "curator" });
    const counter = { path, form: "long" } as const;

    await peer.add(counter, Number.MAX_SAFE_INTEGER - 2);
    expect((await ours.add(2)).after).toBe(Number.MAX_SAFE_INTEGER);
    expect(await peer.get(counter)).toBe(Number.MAX_SAFE_INTEGER);
    await expect(ours.increment()).rejects.toBeInstanceOf(CounterOverflowError);
    expect(await bytesAt(zk, path)).toEqual(int64(Number.MAX_SAFE_INTEGER));

    await peer.add(counter, 1);
    await expect(ours.get()).rejects.toBeInstanceOf(UnreadableCounterError);
    await expect(ours.decrement()).rejects.toBeInstanceOf(UnreadableCounterError);
    expect((await bytesAt(zk, path)).readBigInt64BE()).toBe(2n ** 53n);
  });

  it("counts an empty znode as 0, as zookit does", async () => {
    const path = uniqueRoot();
    await using peer = await startCuratorCounter(hosts);
    await using zk = await connect(hosts);
    const ours = new Counter(zk, path, { encoding: "curator" });
    await zk.create(path, "");

    expect(await peer.get({ path, form: "long" })).toBe(0);
    expect(await ours.get()).toBe(0);
    expect(await peer.add({ path, form: "long" }, 6)).toEqual([{ before: 0, after: 6 }]);
    expect(await ours.get()).toBe(6);
  });
});

describe("kazoo's default and zookit's initial value", () => {
  it("stand for a znode without data, whoever made it", async () => {
    const path = uniqueRoot();
    await using peer = await startKazooCounter(hosts);
    await using zk = await connect(hosts);
    const ours = new Counter(zk, path, { encoding: "kazoo", initial: 40 });

    expect(await ours.get()).toBe(40);
    // kazoo makes the znode when it reads.
    expect(await peer.get({ path, default: 40 })).toBe(40);
    expect(await bytesAt(zk, path)).toEqual(Buffer.alloc(0));
    expect(await ours.get()).toBe(40);
    expect(await ours.add(2)).toEqual({ before: 40, after: 42 });
    expect(await peer.add({ path, default: 40 }, 1)).toEqual([{ before: 42, after: 43 }]);
  });

  it("are counted from by the peer's first addition too", async () => {
    const path = uniqueRoot();
    await using peer = await startKazooCounter(hosts);
    await using zk = await connect(hosts);
    const ours = new Counter(zk, path, { encoding: "kazoo", initial: -3 });

    expect(await peer.add({ path, default: -3 }, 1)).toEqual([{ before: -3, after: -2 }]);
    expect(await ours.decrement()).toEqual({ before: -2, after: -3 });
  });
});

describe("what one side writes and the other cannot count", () => {
  it("is refused by zookit and left as it is: kazoo's fractions", async () => {
    const path = uniqueRoot();
    await using peer = await startKazooCounter(hosts);
    await using zk = await connect(hosts);
    const ours = new Counter(zk, path, { encoding: "kazoo" });
    // A default that is a fraction makes kazoo's counter one of fractions.
    await peer.add({ path, default: 0.5 }, 1.25);

    await expect(ours.increment()).rejects.toBeInstanceOf(UnreadableCounterError);
    expect(await peer.get({ path, default: 0.5 })).toBe(1.75);
  });

  it("is refused by zookit and left as it is: the other library's encoding", async () => {
    const root = uniqueRoot();
    await using peer = await startKazooCounter(hosts);
    await using zk = await connect(hosts);
    await peer.add({ path: `${root}/text` }, 12345);
    await peer.add({ path: `${root}/curator`, form: "curator" }, 12345);

    const asCurator = new Counter(zk, `${root}/text`, { encoding: "curator" });
    const asKazoo = new Counter(zk, `${root}/curator`, { encoding: "kazoo" });
    await expect(asCurator.increment()).rejects.toBeInstanceOf(UnreadableCounterError);
    await expect(asKazoo.increment()).rejects.toBeInstanceOf(UnreadableCounterError);
    expect(await bytesAt(zk, asCurator.path)).toEqual(text(12345));
    expect(await bytesAt(zk, asKazoo.path)).toEqual(int32(12345));
  });
});
