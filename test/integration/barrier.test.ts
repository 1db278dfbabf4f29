import { Barrier, BrokenBarrierError, DoubleBarrier } from "@zookit/barrier";
import { connect, type ZooKeeper } from "@zookit/core";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startFaultProxy } from "../harness/fault-proxy.js";
import { sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";
import {
  BAD_OPTIONS,
  BAD_PATHS,
  type BadValue,
  NOT_OPTIONS,
  NOT_STRINGS,
  TRAILING_SLASH,
} from "./support/bad-values.js";
import { complaintAbout, INVALID, notRefused, rejectionOf } from "./support/refusal.js";
import { snapshot } from "./support/snapshot.js";

const SESSION_MS = 4_000;
const timeoutMs = 30_000;

let zk: ZooKeeper;
let other: ZooKeeper;
let root: string;
let path: string;

beforeEach(async () => {
  [zk, other] = await Promise.all([connect(sharedHosts()), connect(sharedHosts())]);
  root = uniqueRoot();
  path = `${root}/barrier`;
  await zk.create(root);
});
afterEach(async () => {
  await zk.delete(root, { recursive: true });
  await Promise.all([zk.close(), other.close()]);
});

const members = (count: number) =>
  waitUntil(async () => (await zk.children(path)).children.length === count, { what: `${count} members are there` });

describe("a barrier", () => {
  it("is waited before until it is opened, and closed and opened any number of times", async () => {
    const barrier = new Barrier(zk, path);
    await barrier.wait();
    await barrier.remove();
    for (let round = 0; round < 2; round++) {
      await barrier.create();
      await barrier.create();
      await expect(new Barrier(other, path).wait({ timeoutMs: 50 })).rejects.toMatchObject({ code: "timeout" });
      const waiting = new Barrier(other, path).wait({ timeoutMs });
      await barrier.remove();
      await waiting;
      await barrier.remove();
    }
  });

  it("is waited before across the loss of the connection and of the session (H33, H74)", async () => {
    await using proxy = await startFaultProxy();
    await using waiter = await connect(proxy.hosts, { sessionTimeoutMs: SESSION_MS });
    const barrier = new Barrier(zk, path);
    await barrier.create();
    const waiting = new Barrier(waiter, path).wait({ timeoutMs });
    await proxy.partition();
    await waitUntil(() => waiter.session.lost.aborted, { what: "its session is lost" });
    await barrier.remove();
    await proxy.heal();
    await waiting;
    expect(waiter.session.epoch).toBe(2);
  });

  it("is not opened if the znode is something else: it has children", async () => {
    await zk.ensurePath(`${path}/child`);
    await expect(new Barrier(zk, path).remove()).rejects.toMatchObject({ code: "not-empty" });
  });
});

describe("a double barrier", () => {
  it("is entered and left together, again and again, and leaves one znode behind", async () => {
    const barriers = [zk, zk, other].map((client) => new DoubleBarrier(client, path, 3));
    const generations: unknown[] = [];
    for (let round = 0; round < 3; round++) {
      const entered = await Promise.all(barriers.map((barrier) => barrier.enter({ timeoutMs })));
      const [generation, ...others] = new Set(entered.map((membership) => membership.generation));
      expect(others).toEqual([]);
      generations.push(generation);
      await Promise.all(barriers.map((barrier) => barrier.leave({ timeoutMs })));
      expect((await zk.children(path)).children).toEqual([]);
    }
    expect(generations).toEqual([0, 1, 2].map((index) => Number(generations[0]) + index));
  });

  it("is not entered before everybody is there, nor left before everybody has gone (H68, H72)", async () => {
    const [first, second] = [new DoubleBarrier(zk, path, 2), new DoubleBarrier(other, path, 2)];
    await expect(first.enter({ timeoutMs: 100 })).rejects.toMatchObject({ code: "timeout", outcome: "unknown" });
    expect((await zk.children(path)).children).toEqual([]);
    await Promise.all([first.enter({ timeoutMs }), second.enter({ timeoutMs })]);
    await expect(first.leave({ timeoutMs: 100 })).rejects.toMatchObject({ code: "timeout" });
    await members(1);
    await second.leave({ timeoutMs });
  });

  it("is entered across lost replies, of each kind of request", async () => {
    for (const operation of ["create", "getData", "getChildren2", "setData", "delete"] as const) {
      await using proxy = await startFaultProxy();
      await using client = await connect(proxy.hosts);
      const [first, second] = [new DoubleBarrier(client, path, 2), new DoubleBarrier(zk, path, 2)];
      await Promise.all([first.enter({ timeoutMs }), second.enter({ timeoutMs })]);
      await Promise.all([first.leave({ timeoutMs }), second.leave({ timeoutMs })]);
      const fault = await proxy.inject({ operation, at: "reply", action: "lose" });
      const entering = second.enter({ timeoutMs });
      await members(1);
      await Promise.all([entering, first.enter({ timeoutMs })]);
      await Promise.all([first.leave({ timeoutMs }), second.leave({ timeoutMs })]);
      await fault.happened;
      expect(client.session.epoch).toBe(1);
      expect((await zk.children(path)).children).toEqual([]);
    }
  });

  it("is entered by one whose session has ended while it waited: its znode is made again (H12, H45)", async () => {
    await using proxy = await startFaultProxy();
    await using client = await connect(proxy.hosts, { sessionTimeoutMs: SESSION_MS });
    const [first, second] = [new DoubleBarrier(client, path, 2), new DoubleBarrier(zk, path, 2)];
    const entering = first.enter({ timeoutMs });
    await members(1);
    await proxy.partition();
    await waitUntil(() => client.session.lost.aborted, { what: "its session is lost" });
    await members(0);
    await proxy.heal();
    await Promise.all([entering, second.enter({ timeoutMs })]);
    expect(client.session.epoch).toBe(2);
    await Promise.all([first.leave({ timeoutMs }), second.leave({ timeoutMs })]);
  });

  it("tells a participant whose session has ended inside, and lets the others leave", async () => {
    await using proxy = await startFaultProxy();
    await using client = await connect(proxy.hosts, { sessionTimeoutMs: SESSION_MS });
    const [first, second] = [new DoubleBarrier(client, path, 2), new DoubleBarrier(zk, path, 2)];
    const [membership] = await Promise.all([first.enter({ timeoutMs }), second.enter({ timeoutMs })]);
    await proxy.partition();
    await second.leave({ timeoutMs });
    expect(membership.lost.aborted).toBe(true);
    expect(membership.lost.reason).toBeInstanceOf(BrokenBarrierError);
    await proxy.heal();
    await expect(first.leave({ timeoutMs })).rejects.toMatchObject({ code: "broken-barrier" });
    await Promise.all([first.enter({ timeoutMs }), second.enter({ timeoutMs })]);
    await Promise.all([first.leave({ timeoutMs }), second.leave({ timeoutMs })]);
  });

  it("tells a participant whose znode somebody has deleted (H46)", async () => {
    const barrier = new DoubleBarrier(zk, path, 1);
    const { lost } = await barrier.enter({ timeoutMs });
    const { children } = await zk.children(path);
    await other.delete(`${path}/${children[0]}`);
    await waitUntil(() => lost.aborted, { what: "it is told" });
    await expect(barrier.leave({ timeoutMs })).rejects.toMatchObject({ code: "broken-barrier" });
  });
});

describe("bad input is refused, and changes nothing:", () => {
  const METHODS: Readonly<Record<string, (path: string, options?: never) => unknown>> = {
    "Barrier.create": async (at, options) => await new Barrier(zk, at).create(options),
    "Barrier.remove": async (at, options) => await new Barrier(zk, at).remove(options),
    "Barrier.wait": async (at, options) => await new Barrier(zk, at).wait(options),
    "DoubleBarrier.enter": async (at, options) => await new DoubleBarrier(zk, at, 2).enter(options),
    "DoubleBarrier.leave": async (at, options) => await new DoubleBarrier(zk, at, 2).leave(options),
  };

  it.each(Object.entries(METHODS))("%s", async (_, call) => {
    const before = await snapshot(zk, root);
    const wrong = [...BAD_PATHS, ...TRAILING_SLASH, { name: "the root", value: "/" }];
    expect(await notRefused(wrong, (at) => call(at))).toEqual([]);
    expect(await notRefused(NOT_OPTIONS, (options) => call(path, options))).toEqual([]);
    for (const option of ["signal", "timeoutMs"] as const) {
      const attempt = (value: never) => call(path, { [option]: value } as never);
      expect(await notRefused(BAD_OPTIONS[option], attempt)).toEqual([]);
    }
    expect(await snapshot(zk, root)).toEqual(before);
  });

  it("the constructors' arguments", async () => {
    const before = await snapshot(zk, root);
    const clients = [...NOT_STRINGS, { name: "a look-alike", value: { ...zk } }];
    expect(await notRefused(clients, (client) => new Barrier(client, path), "throws")).toEqual([]);
    expect(await notRefused(clients, (client) => new DoubleBarrier(client, path, 2), "throws")).toEqual([]);
    const parties: readonly BadValue[] = [0, -1, 1.5, 10_001, Number.NaN, "2", null, undefined].map((value) => ({
      name: String(value),
      value,
    }));
    expect(await notRefused(parties, (count) => new DoubleBarrier(zk, path, count), "throws")).toEqual([]);
    expect(await notRefused(NOT_OPTIONS, (options) => new DoubleBarrier(zk, path, 2, options), "throws")).toEqual([]);
    const identifiers = [...NOT_STRINGS, ...["", "\ud800", "x".repeat(1_025)].map((value) => ({ name: value, value }))];
    const named = identifiers.filter(({ value }) => value !== undefined);
    const identified = (identifier: never) => new DoubleBarrier(zk, path, 2, { identifier });
    expect(await notRefused(named, identified, "throws")).toEqual([]);
    const dialects = named.map(({ name, value }) => ({ name, value }));
    expect(await notRefused(dialects, (dialect) => new DoubleBarrier(zk, path, 2, { dialect }), "throws")).toEqual([]);
    expect(await snapshot(zk, root)).toEqual(before);
  });

  it("a signal that has aborted already", async () => {
    const before = await snapshot(zk, root);
    const reason = new Error("no more");
    for (const call of Object.values(METHODS)) {
      const options = { signal: AbortSignal.abort(reason) };
      // Leaving what was not entered is refused first.
      const error = await rejectionOf(() => call(path, options as never));
      expect(error === reason || (error as { code?: string }).code === "barrier-state").toBe(true);
    }
    expect(await snapshot(zk, root)).toEqual(before);
  });

  it("a znode that holds something else", async () => {
    await zk.create(path, "something else");
    await expect(new DoubleBarrier(zk, path, 2).enter()).rejects.toMatchObject({ code: "unreadable-barrier" });
    expect(String((await zk.get(path)).data)).toBe("something else");
    expect((await zk.children(path)).children).toEqual([]);
    expect(complaintAbout(await rejectionOf(() => new Barrier(zk, "/").wait()), INVALID)).toBeDefined();
  });
});
