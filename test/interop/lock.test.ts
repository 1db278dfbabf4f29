import { connect, TimeoutError } from "@zookit/core";
import { Lock } from "@zookit/lock";
import { beforeEach, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot } from "../harness/shared.js";
import { waitUntil } from "../harness/wait-until.js";
import { missingPeers } from "./available.js";
import { handOvers, Ledger } from "./ledger.js";
import { kazooWithPatterns, pairings } from "./pairings.js";
import { startZookit } from "./peer.js";

const hosts = sharedHosts();
const missing = await missingPeers();

beforeEach((context) => context.skip(missing !== "", `needs Debian's packages ${missing}`));
const timeoutMs = 30_000;

describe.each(pairings)("$name", ({ name, dialect, startPeer }) => {
  it("never hold the lock together and lose no update", async () => {
    const path = uniqueRoot();
    await using ledger = await Ledger.open();
    await using first = await startPeer(hosts, path, { name: "peer-1" });
    await using second = await startPeer(hosts, path, { name: "peer-2" });
    await using zk = await connect(hosts);
    await using otherZk = await connect(hosts);
    const shared = new Lock(zk, path, { identifier: "zookit-shared", dialect });
    // Either dialect serves where the peer honours both.
    const otherDialect = name === kazooWithPatterns.name ? "kazoo" : dialect;
    const other = new Lock(otherZk, path, { identifier: "zookit-other", dialect: otherDialect });
    const contention = { ledger, rounds: 10, holdMs: 4 };
    const tokens: bigint[] = [];
    const contend = async (lock: Lock, task: string) => {
      for (let round = 0; round < contention.rounds; round++) {
        await lock.withLock(
          async (handle) => {
            tokens.push(handle.fencingToken);
            await ledger.update(task, contention.holdMs);
          },
          { timeoutMs },
        );
      }
    };

    await Promise.all([
      first.contend(contention),
      second.contend(contention),
      contend(shared, "zookit-1"),
      contend(shared, "zookit-2"),
      contend(other, "zookit-3"),
    ]);

    const { overlaps, entries, counter } = await ledger.report();
    expect(overlaps).toEqual([]);
    expect(entries.map(({ n }) => n)).toEqual(Array.from({ length: 50 }, (_, i) => i + 1));
    expect(counter).toBe(50);
    expect(tokens).toEqual(tokens.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(new Set(tokens).size).toBe(30);
    expect(handOvers(entries, (peer) => peer.slice(0, 4))).toBeGreaterThan(10);
    expect(await shared.contenders()).toEqual([]);
  });

  it("are granted the lock in the order in which they asked for it", async () => {
    const path = uniqueRoot();
    await using first = await startPeer(hosts, path, { name: "first" });
    await using last = await startPeer(hosts, path, { name: "last" });
    await using zk = await connect(hosts);
    const lock = new Lock(zk, path, { identifier: "zookit", dialect });
    const queueLength = async () => (await lock.contenders()).length;
    const order: string[] = [];

    await first.acquire();
    const ours = lock.acquire({ timeoutMs }).then((handle) => {
      order.push("zookit");
      return handle;
    });
    await waitUntil(async () => (await queueLength()) === 2, { what: "zookit is queued" });
    const theirs = last.acquire({ timeoutMs }).then(() => order.push("last"));
    await waitUntil(async () => (await queueLength()) === 3, { what: "the last peer is queued" });
    expect(order).toEqual([]);

    await first.release();
    const handle = await ours;
    // An answer of the waiting peer: had it been granted the lock together with zookit, it would have said so by now.
    await last.contenders();
    expect(order).toEqual(["zookit"]);

    await handle.release();
    await theirs;
    await last.release();
    expect(await queueLength()).toBe(0);
  });

  it("let a waiter in the middle of the queue give up without disturbing the order", async () => {
    const path = uniqueRoot();
    await using first = await startPeer(hosts, path, { name: "first" });
    await using last = await startPeer(hosts, path, { name: "last" });
    await using zk = await connect(hosts);
    const lock = new Lock(zk, path, { identifier: "zookit", dialect });
    const identifiers = async () => (await lock.contenders()).map(({ identifier }) => identifier);
    const impatience = new AbortController();

    await first.acquire();
    const abandoned = lock.acquire({ signal: impatience.signal, timeoutMs });
    await waitUntil(async () => (await identifiers()).length === 2, { what: "zookit is queued" });
    const theirs = last.acquire({ timeoutMs });
    await waitUntil(async () => (await identifiers()).length === 3, { what: "the last peer is queued" });
    impatience.abort(new Error("no longer needed"));
    await expect(abandoned).rejects.toThrow("no longer needed");
    await waitUntil(async () => (await identifiers()).join() === "first,last", { what: "zookit's node is gone" });

    const ours = lock.acquire({ timeoutMs });
    await waitUntil(async () => (await identifiers()).join() === "first,last,zookit", { what: "zookit queues again" });
    await first.release();
    await theirs;
    await last.release();
    await using handle = await ours;
    expect(handle.isHeld()).toBe(true);
  });

  it("time out on each other's lock and leave no node behind", async () => {
    const path = uniqueRoot();
    await using peer = await startPeer(hosts, path, { name: "peer" });
    await using zk = await connect(hosts);
    const lock = new Lock(zk, path, { identifier: "zookit", dialect });

    const handle = await lock.acquire({ timeoutMs });
    await expect(peer.acquire({ timeoutMs: 200 })).rejects.toMatchObject({ code: "timeout" });
    await waitUntil(async () => (await zk.children(path)).children.length === 1, { what: "only the holder is left" });
    expect(handle.isHeld()).toBe(true);
    await handle.release();

    await peer.acquire({ timeoutMs });
    await expect(lock.acquire({ timeoutMs: 200 })).rejects.toBeInstanceOf(TimeoutError);
    expect(await lock.tryAcquire()).toBeUndefined();
    await waitUntil(async () => (await zk.children(path)).children.length === 1, { what: "only the holder is left" });
    await peer.release();

    await using again = await lock.tryAcquire();
    expect(again?.isHeld()).toBe(true);
  });

  it("see each other in the queue, in order, with identifiers", async () => {
    const path = uniqueRoot();
    await using peer = await startPeer(hosts, path, { name: "peer", identifier: "dienst-größe" });
    await using zk = await connect(hosts);
    const lock = new Lock(zk, path, { identifier: "zookit-größe", dialect });

    const node = await peer.acquire();
    const ours = lock.acquire({ timeoutMs });
    await waitUntil(async () => (await lock.contenders()).length === 2, { what: "zookit is queued" });
    const queue = await lock.contenders();
    const seenByPeer = await peer.contenders();
    await peer.release();
    await using handle = await ours;

    expect(queue).toEqual([
      { identifier: "dienst-größe", path: `${path}/${node}`, holds: true },
      { identifier: "zookit-größe", path: handle.path, holds: false },
    ]);
    // Curator tells its participants' nodes, kazoo their identifiers.
    const tells = seenByPeer[0]?.startsWith("/") ? "path" : "identifier";
    expect(seenByPeer).toEqual(queue.map((contender) => contender[tells]));
  });

  it("pass the lock on to zookit when the holder is killed, once its session has expired", async () => {
    const path = uniqueRoot();
    await using peer = await startPeer(hosts, path, { name: "peer" });
    await using zk = await connect(hosts);
    const lock = new Lock(zk, path, { identifier: "zookit", dialect });

    await peer.acquire();
    const ours = lock.acquire({ timeoutMs });
    await waitUntil(async () => (await lock.contenders()).length === 2, { what: "zookit is queued" });
    await peer.kill();

    await using handle = await ours;
    expect((await lock.contenders()).map(({ path }) => path)).toEqual([handle.path]);
  });

  it("pass the lock on from zookit when the holder is killed, once its session has expired", async () => {
    const path = uniqueRoot();
    await using peer = await startPeer(hosts, path, { name: "peer" });
    await using holder = await startZookit(hosts, path, { dialect });

    await holder.acquire();
    const theirs = peer.acquire({ timeoutMs });
    await waitUntil(async () => (await holder.contenders()).length === 2, { what: "the peer is queued" });
    await holder.kill();

    const node = await theirs;
    const left = await peer.contenders();
    expect(left).toHaveLength(1);
    expect([`${path}/${node}`, "peer"]).toContain(left[0]);
  });
});
