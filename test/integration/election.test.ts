import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { connect, type ZooKeeper } from "@zookit/core";
import { Election, type Leader, type Leadership, LeadershipLostError, type LeadershipMessage } from "@zookit/election";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";

describe("an election", () => {
  let zk: ZooKeeper;
  let other: ZooKeeper;

  beforeAll(async () => {
    [zk, other] = await Promise.all([connect(sharedHosts()), connect(sharedHosts())]);
  });
  afterAll(() => Promise.all([zk?.close(), other?.close()]));

  const contend = (path: string, length: number) =>
    waitUntil(async () => (await zk.children(path)).children.length === length, { what: `${length} contend` });

  it("has one leader at a time, in the order in which they campaigned, with terms that increase", async () => {
    const path = uniqueRoot();
    const led: number[] = [];
    const terms: bigint[] = [];
    let leading = 0;
    const run = (index: number) =>
      new Election(zk, path).run(async ({ fencingToken }) => {
        expect(++leading).toBe(1);
        led.push(index);
        terms.push(fencingToken);
        await zk.exists(path);
        leading--;
      });
    const indexes = Array.from({ length: 20 }, (_, index) => index);
    await Promise.all(indexes.map(run));
    expect(led).toEqual(indexes);
    expect(terms).toEqual(terms.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(new Set(terms).size).toBe(20);
  });

  it("gives a leadership that knows whether it leads, until it has resigned; resigning again changes nothing (H50)", async () => {
    const path = uniqueRoot();
    const leadership = await new Election(zk, path, { identifier: "ü" }).campaign();
    expect(leadership.isHeld()).toBe(true);
    expect(() => leadership.assertHeld()).not.toThrow();
    expect(leadership.validUntil).toBeGreaterThan(performance.now());
    expect(leadership.identifier).toBe("ü");
    const { data, stat } = await zk.get(leadership.path);
    expect([data.toString(), stat.czxid]).toEqual(["ü", leadership.fencingToken]);
    const resigning = leadership.resign();
    expect([leadership.isHeld(), leadership.validUntil]).toEqual([false, 0]);
    expect(() => leadership.assertHeld()).toThrow(LeadershipLostError);
    await Promise.all([resigning, leadership.resign()]);
    expect(leadership.lost.aborted).toBe(false);
    expect((await zk.children(path)).children).toEqual([]);
  });

  it("is resigned at the end of an `await using` block, also when the block throws", async () => {
    const path = uniqueRoot();
    const block = async () => {
      await using leadership = await new Election(zk, path).campaign();
      leadership.assertHeld();
      throw new Error("from the block");
    };
    await expect(block()).rejects.toThrow("from the block");
    expect((await zk.children(path)).children).toEqual([]);
  });

  it("leaves nothing behind of a campaign that is aborted or takes too long, and does not disturb the others (H47)", async () => {
    const path = uniqueRoot();
    const leadership = await new Election(zk, path).campaign();
    await expect(new Election(other, path).campaign({ timeoutMs: 100 })).rejects.toMatchObject({
      code: "timeout",
      path,
    });
    const abort = new AbortController();
    const campaigning = new Election(other, path).campaign({ signal: abort.signal });
    const next = new Election(other, path).campaign();
    await contend(path, 3);
    abort.abort(new Error("no longer needed"));
    await expect(campaigning).rejects.toThrow("no longer needed");
    await contend(path, 2);
    await leadership.resign();
    await (await next).resign();
    expect((await zk.children(path)).children).toEqual([]);
  });

  it("shows who leads, with what it has proclaimed, and who contends", async () => {
    const path = uniqueRoot();
    const [first, second] = [new Election(zk, path, { identifier: "first" }), new Election(other, path)];
    expect(await second.leader()).toBeUndefined();
    expect(await second.contenders()).toEqual([]);
    const leadership = await first.campaign();
    const campaigning = second.campaign();
    await contend(path, 2);
    await leadership.proclaim(Buffer.from([0, 255, 0]));
    const { fencingToken, path: node } = leadership;
    expect(await first.leader()).toEqual({
      identifier: "first",
      data: Buffer.from([0, 255, 0]),
      fencingToken,
      path: node,
    });
    const contenders = await first.contenders();
    expect(contenders.map(({ identifier, leads }) => [identifier, leads])).toEqual([
      ["first", true],
      [second.identifier, false],
    ]);
    await leadership.resign();
    await (await campaigning).resign();
  });

  it("is observed from before its first leader, through proclamations and changes of leader, to its last", async () => {
    const path = uniqueRoot();
    const stop = new AbortController();
    const shown: (string | undefined)[] = [];
    const follow = async () => {
      for await (const leader of new Election(other, path).observe({ signal: stop.signal })) shown.push(text(leader));
    };
    const text = (leader: Leader | undefined) => leader && `${leader.identifier}:${leader.data}`;
    const observing = expect(follow()).rejects.toThrow("seen enough");
    const shows = (last: string | undefined) =>
      waitUntil(() => shown.length > 0 && shown.at(-1) === last, { what: `${last} is shown` });
    await shows(undefined);
    const first = await new Election(zk, path, { identifier: "a" }).campaign();
    await shows("a:");
    await first.proclaim("10.0.0.7:80");
    await shows("a:10.0.0.7:80");
    const campaigning = new Election(zk, path, { identifier: "b" }).campaign();
    await contend(path, 2);
    await first.resign();
    await shows("b:");
    await (await campaigning).resign();
    await shows(undefined);
    stop.abort(new Error("seen enough"));
    await observing;
    expect(shown).toEqual([undefined, "a:", "a:10.0.0.7:80", "b:", undefined]);
  });

  it("tells a leader whose znode was deleted, and makes its run campaign again (H46, H66)", async () => {
    const path = uniqueRoot();
    const terms: Leadership[] = [];
    await new Election(zk, path).run(async (leadership, signal) => {
      terms.push(leadership);
      if (terms.length === 2) return;
      await other.delete(leadership.path);
      await new Promise((resolve) => signal.addEventListener("abort", resolve));
      expect(signal.reason).toBeInstanceOf(LeadershipLostError);
    });
    expect(terms).toHaveLength(2);
    expect((await zk.children(path)).children).toEqual([]);
  });

  it("ends a run with what its callback throws or returns while it leads, and with the signal's reason otherwise", async () => {
    const path = uniqueRoot();
    const election = new Election(zk, path);
    const failure = new Error("from the callback");
    await expect(election.run(() => Promise.reject(failure))).rejects.toBe(failure);
    await expect(election.run(() => "a value")).resolves.toBe("a value");
    // It may resign by itself.
    await expect(election.run((leadership) => leadership.resign())).resolves.toBeUndefined();

    const stop = new AbortController();
    let wasHeld: boolean | undefined;
    const running = election.run(
      async (leadership, signal) => {
        queueMicrotask(() => stop.abort("enough"));
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
        wasHeld = leadership.isHeld();
        return signal.reason;
      },
      { signal: stop.signal },
    );
    await expect(running).rejects.toBe("enough");
    expect(wasHeld).toBe(true);
    expect((await zk.children(path)).children).toEqual([]);
  });

  it("is lost when its client is closed, and those who campaign reject", async () => {
    const path = uniqueRoot();
    const closing = await connect(sharedHosts());
    const leadership = await new Election(closing, path).campaign();
    const campaigning = expect(new Election(closing, path).campaign()).rejects.toMatchObject({ code: "closed" });
    await contend(path, 2);
    await closing.close();
    await campaigning;
    expect(leadership.lost.reason).toMatchObject({ code: "leadership-lost", cause: { code: "closed" } });
    await expect(leadership.proclaim("x")).rejects.toBe(leadership.lost.reason);
    expect((await zk.children(path)).children).toEqual([]);
  });

  it("publishes the beginning and the end of each leadership on a diagnostics channel", async () => {
    const path = uniqueRoot();
    const messages: LeadershipMessage[] = [];
    const note = (message: unknown) => messages.push(message as LeadershipMessage);
    subscribe("zookit:leadership", note);
    try {
      const first = await new Election(zk, path, { identifier: "a" }).campaign();
      await first.resign();
      await first.resign();
      const second = await new Election(zk, path, { identifier: "a" }).campaign();
      await other.delete(second.path);
      await waitUntil(() => second.lost.aborted, { what: "it is told" });
      const about = { path, identifier: "a" };
      expect(messages).toEqual([
        { ...about, fencingToken: first.fencingToken, change: "elected" },
        { ...about, fencingToken: first.fencingToken, change: "resigned" },
        { ...about, fencingToken: second.fencingToken, change: "elected" },
        { ...about, fencingToken: second.fencingToken, change: "lost" },
      ]);
    } finally {
      unsubscribe("zookit:leadership", note);
    }
  });
});
