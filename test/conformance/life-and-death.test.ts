import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { CREATE_FLAGS } from "../../packages/testing/src/wire/index.js";
import { everybody } from "./arbitrary-values.js";
import { type Pair, reasonToSkip, startPair } from "./conformance-server.js";
import { Stage } from "./stage.js";
import type { Request } from "./steps.js";

const TICK_MS = 500;
const TIMEOUT_MS = 2 * TICK_MS;
const { ephemeral, ephemeralSequential, container, persistentWithTtl } = CREATE_FLAGS;

const create = (path: string, flags = 0): Request => ({
  op: "create2",
  body: { path, data: null, acl: everybody, flags },
});
const createContainer = (path: string): Request => {
  return { op: "createContainer", body: { path, data: null, acl: everybody, flags: container } };
};
const createTtl = (path: string, ttl: bigint): Request => {
  return { op: "createTTL", body: { path, data: null, acl: everybody, flags: persistentWithTtl, ttl } };
};
const remove = (path: string): Request => ({ op: "delete", body: { path, version: -1 } });
const set = (path: string): Request => ({ op: "setData", body: { path, data: null, version: -1 } });
const exists = (path: string, watch = true): Request => ({ op: "exists", body: { path, watch } });
const children = (path: string, watch = true): Request => ({ op: "getChildren2", body: { path, watch } });

describe("what servers do of themselves", () => {
  let pair: Pair;
  let skip: string | undefined;

  beforeAll(async () => {
    skip = await reasonToSkip();
    if (skip !== undefined) return;
    pair = await startPair({
      tickTimeMs: TICK_MS,
      minSessionTimeoutMs: TIMEOUT_MS,
      maxSessionTimeoutMs: 20 * TICK_MS,
      hasTtl: true,
      containerCheckIntervalMs: 200,
    });
  });
  beforeEach((context) => {
    if (skip !== undefined) context.skip(skip);
  });
  afterAll(async () => await pair?.[Symbol.asyncDispose]());

  /** Plays a script on both; what came of it is the same. */
  async function same(script: (stage: Stage) => Promise<readonly string[]>): Promise<readonly string[]> {
    const play = async (hosts: string) => await script(await Stage.open(hosts));
    const [expected, actual] = await Promise.all([play(pair.real.hosts), play(pair.test.hosts)]);
    expect(actual).toEqual(expected);
    return actual;
  }

  it("a session ends when nothing was heard of it: its znodes go, who watches is told, and it cannot be taken over", async () => {
    const lines = await same(async (stage) => {
      const watcher = await stage.session("watcher", 20 * TICK_MS);
      const silent = await stage.session("silent", TIMEOUT_MS);
      const setUp = await stage.ask(silent, [
        create("~/p"),
        create("~/p/a", ephemeral),
        create("~/p/n-", ephemeralSequential),
        create("~/kept"),
      ]);
      const watching = await stage.ask(watcher, [
        exists("~/p/a"),
        exists("~/p/n-0000000001"),
        children("~/p"),
        exists("~/kept"),
      ]);
      const since = performance.now();
      const events = await stage.events(watcher, 3);
      const elapsedMs = performance.now() - since;
      const after = await stage.ask(watcher, [children("~/p"), exists("~/p/a")]);
      const again = await silent.reconnect(TIMEOUT_MS);
      const closed = await stage.ask(watcher, [exists("~/kept", false)]);
      await watcher.close();
      // A session that was heard of a moment before cannot end much sooner than after its timeout.
      const isInTime = elapsedMs > TIMEOUT_MS / 2;
      return [...setUp, ...watching, ...[...events].sort(), ...after, again, ...closed, `in time: ${isInTime}`];
    });
    expect(lines.filter((line) => line.startsWith("event"))).toHaveLength(3);
    expect(lines.at(-3)).toContain("no session");
  });

  it("the connection of a session ends when another takes it over, or tries to with a wrong password", async () => {
    const lines = await same(async (stage) => {
      const [first, second] = [await stage.session("first"), await stage.session("second")];
      const taken = await first.duplicate();
      const isFirstServed = await first.isServed();
      const refused = await second.intrude("wrong password", undefined);
      const isSecondServed = await second.isServed();
      const again = await second.reconnect(TIMEOUT_MS);
      await Promise.all([taken.close(), second.close()]);
      return [`first ${isFirstServed}`, refused, `second ${isSecondServed}`, again];
    });
    expect(lines[0]).toBe("first false");
    expect(lines[2]).toBe("second false");
  });

  it("a container goes once it is empty after it had children, and not before", async () => {
    const lines = await same(async (stage) => {
      const client = await stage.session("client");
      const setUp = await stage.ask(client, [
        create("~/p"),
        createContainer("~/p/used"),
        createContainer("~/p/unused"),
        createContainer("~/p/full"),
        create("~/p/full/child"),
        create("~/p/used/child"),
        exists("~/p/used"),
        children("~/p"),
        remove("~/p/used/child"),
      ]);
      const events = await stage.events(client, 2);
      const after = await stage.ask(client, [children("~/p", false), exists("~/p/used", false)]);
      await client.close();
      return [...setUp, ...events, ...after];
    });
    expect(lines.filter((line) => line.startsWith("event"))).toEqual([
      expect.stringContaining("deleted ~/p/used"),
      expect.stringContaining("child ~/p"),
    ]);
  });

  it("a TTL znode goes after its time without a change, unless it has children", async () => {
    const lines = await same(async (stage) => {
      const client = await stage.session("client");
      const setUp = await stage.ask(client, [
        create("~/p"),
        createTtl("~/p/brief", 800n),
        createTtl("~/p/parent", 800n),
        create("~/p/parent/child"),
        createTtl("~/p/long", 3_600_000n),
        createTtl("~/p/changed", 2_000n),
        exists("~/p/brief"),
        children("~/p"),
      ]);
      const events = await stage.events(client, 2);
      const change = await stage.ask(client, [set("~/p/changed"), exists("~/p/changed")]);
      const since = performance.now();
      const late = await stage.events(client, 1);
      const isInTime = performance.now() - since > 1_900;
      const after = await stage.ask(client, [children("~/p", false)]);
      await client.close();
      return [...setUp, ...events, ...change, ...late, ...after, `in time: ${isInTime}`];
    });
    expect(lines.at(-2)).toContain("{long, parent}");
    expect(lines.at(-1)).toBe("in time: true");
  });
});
