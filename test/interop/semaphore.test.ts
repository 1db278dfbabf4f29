import { setTimeout as delay } from "node:timers/promises";
import { connect } from "@zookit/core";
import { Semaphore } from "@zookit/lock";
import { beforeEach, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot } from "../harness/shared.js";
import { waitUntil } from "../harness/wait-until.js";
import { missingPeers } from "./available.js";
import { startCuratorSemaphore, type Visit } from "./semaphore-peer.js";

const hosts = sharedHosts();
const missing = await missingPeers();

beforeEach((context) => context.skip(missing !== "", `needs Debian's packages ${missing}`));
const timeoutMs = 30_000;

/** The most permits that were held at a time. */
function peakOf(visits: readonly Visit[]): number {
  const changes = visits.flatMap(({ enterNs, exitNs, permits }) => [
    { atNs: enterNs, by: permits },
    { atNs: exitNs, by: -permits },
  ]);
  let held = 0;
  let peak = 0;
  for (const { by } of changes.toSorted((a, b) => Number(a.atNs - b.atNs) || a.by - b.by)) {
    held += by;
    peak = Math.max(peak, held);
  }
  return peak;
}

/** Takes permits again and again, and tells when it held them. */
async function contend(semaphore: Semaphore, rounds: number, permits: number, holdMs: number): Promise<Visit[]> {
  const visits: Visit[] = [];
  for (let round = 0; round < rounds; round++) {
    const handle = await semaphore.acquire({ permits, timeoutMs });
    const enterNs = process.hrtime.bigint();
    await delay(Math.random() * holdMs);
    visits.push({ enterNs, exitNs: process.hrtime.bigint(), permits });
    await handle.release();
  }
  return visits;
}

describe("zookit and Curator's InterProcessSemaphoreV2", () => {
  it("never hold more permits together than there are, and all get theirs (H62)", async () => {
    const path = uniqueRoot();
    await using first = await startCuratorSemaphore(hosts, path, 3);
    await using second = await startCuratorSemaphore(hosts, path, 3);
    await using zk = await connect(hosts);
    await using otherZk = await connect(hosts);
    const shared = new Semaphore(zk, path, 3);
    const other = new Semaphore(otherZk, path, 3);
    const visits = await Promise.all([
      first.contend({ rounds: 15, permits: 1, holdMs: 10 }),
      second.contend({ rounds: 15, permits: 1, holdMs: 10 }),
      contend(shared, 15, 1, 10),
      contend(shared, 15, 2, 10),
      contend(other, 15, 3, 10),
    ]);
    expect(visits.map(({ length }) => length)).toEqual([15, 15, 15, 15, 15]);
    expect(peakOf(visits.flat())).toBe(3);
    // Who was granted leaves the queue behind the caller's back.
    await waitUntil(async () => (await zk.children(`${path}/locks`)).children.length === 0, { what: "nobody queues" });
    expect((await zk.children(`${path}/leases`)).children).toEqual([]);
  });

  it("wait for each other's permits, in the order in which they queued", async () => {
    const path = uniqueRoot();
    await using peer = await startCuratorSemaphore(hosts, path, 2);
    await using zk = await connect(hosts);
    const semaphore = new Semaphore(zk, path, 2, { identifier: "zookit" });
    const queueing = async (count: number) => {
      const what = `${count} are queueing`;
      await waitUntil(async () => (await zk.children(`${path}/locks`)).children.length === count, { what });
    };
    const order: string[] = [];
    await peer.acquire("held", 2, timeoutMs);
    const ours = semaphore.acquire({ permits: 2, timeoutMs }).then((handle) => {
      order.push("zookit");
      return handle;
    });
    await queueing(1);
    const theirs = peer.acquire("next", 1, timeoutMs).then(() => order.push("curator"));
    await queueing(2);
    expect(await semaphore.tryAcquire()).toBeUndefined();
    await peer.release("held");
    const handle = await ours;
    expect(handle.isHeld()).toBe(true);
    expect(await semaphore.holders()).toMatchObject([{ identifier: "zookit", permits: 2 }]);
    expect(order).toEqual(["zookit"]);
    await handle.release();
    await theirs;
    expect(await peer.holders()).toBe(1);
    expect(await semaphore.holders()).toMatchObject([{ permits: 1 }]);
    await peer.release("next");
  });

  it("time out on each other's permits, and leave nothing behind", async () => {
    const path = uniqueRoot();
    await using peer = await startCuratorSemaphore(hosts, path, 1);
    await using zk = await connect(hosts);
    const semaphore = new Semaphore(zk, path, 1);
    const handle = await semaphore.acquire();
    await expect(peer.acquire("a", 1, 200)).rejects.toMatchObject({ code: "timeout" });
    expect(await peer.mutex(200)).toBe(false);
    await handle.release();
    expect(await peer.mutex(timeoutMs)).toBe(true);
    await peer.acquire("a", 1, timeoutMs);
    await expect(semaphore.acquire({ timeoutMs: 200 })).rejects.toMatchObject({ code: "timeout" });
    expect(await peer.holders()).toBe(1);
    expect((await zk.children(`${path}/locks`)).children).toEqual([]);
    await peer.release("a");
  });

  it("follow the limit that either of them sets, where Curator has it as a SharedCount (H62)", async () => {
    const path = uniqueRoot();
    await using zk = await connect(hosts);
    const semaphore = new Semaphore(zk, path, 1);
    const held = await semaphore.acquire();
    await using peer = await startCuratorSemaphore(hosts, path, 1, { isShared: true });
    const theirs = peer.acquire("a", 1, timeoutMs);
    await waitUntil(async () => (await peer.holders()) === 2, { what: "Curator's lease waits" });
    await semaphore.setLimit(2);
    await theirs;
    const ours = semaphore.acquire({ timeoutMs });
    await waitUntil(async () => (await peer.holders()) === 3, { what: "our lease waits" });
    await waitUntil(async () => (await peer.limit()) === 2, { what: "Curator has been told" });
    await peer.setLimit(3);
    await using handle = await ours;
    expect(handle.isHeld()).toBe(true);
    expect(await new Semaphore(zk, path, 3).limit()).toBe(3);
    await held.release();
    await peer.release("a");
  });

  it("pass the permits of a killed Curator on to zookit, once its session has expired", async () => {
    const path = uniqueRoot();
    await using peer = await startCuratorSemaphore(hosts, path, 2);
    await using zk = await connect(hosts);
    const semaphore = new Semaphore(zk, path, 2);
    await peer.acquire("a", 2, timeoutMs);
    const ours = semaphore.acquire({ permits: 2, timeoutMs });
    await waitUntil(async () => (await zk.children(`${path}/leases`)).children.length === 4, { what: "ours wait" });
    await peer.kill();
    await using handle = await ours;
    expect(await semaphore.holders()).toMatchObject([{ permits: 2, path: handle.path }]);
  });
});
