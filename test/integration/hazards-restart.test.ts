/** Processes that die without a word and are started again at once, while what they left still stands. */
import { connect, NoNodeError, type ZooKeeper } from "@zookit/core";
import { Lock, Semaphore } from "@zookit/lock";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Ensemble, startEnsemble, uniqueRoot, waitUntil } from "../harness/index.js";
import { Worker } from "../harness/worker.js";

const TICK_MS = 500;
const SESSION_MS = 20 * TICK_MS;

describe("a process that is killed and started again at once", () => {
  let ensemble: Ensemble;
  let observer: ZooKeeper;
  let path: string;

  beforeAll(async () => {
    ensemble = await startEnsemble({ tickTimeMs: TICK_MS });
    observer = await connect(ensemble.hosts, { sessionTimeoutMs: SESSION_MS });
  });
  afterAll(async () => {
    await observer?.close();
    await ensemble?.stop();
  });
  beforeEach(async () => {
    path = uniqueRoot();
    await observer.create(path);
  });

  const start = () => new Worker("lock-worker.ts", [ensemble.hosts, path, String(SESSION_MS)]);

  const queueLength = (length: number) =>
    waitUntil(async () => (await observer.children(path)).children.length === length, { what: `${length} contend` });

  it("does not take what its predecessor left for its own: it waits until that has expired, and stays (H20)", async () => {
    await using first = start();
    const before = await first.event("held");
    first.signal("SIGKILL");
    const killedAt = performance.now();
    await using second = start();
    await second.event("waiting");
    await queueLength(2);
    const after = await second.event("held");
    // The servers have heard of the predecessor at some time in the last third of a session before it died.
    expect(performance.now() - killedAt).toBeGreaterThan(SESSION_MS / 2);
    expect(after["path"]).not.toBe(before["path"]);
    expect(BigInt(String(after["token"]))).toBeGreaterThan(BigInt(String(before["token"])));
    // The predecessor's znode is gone, and its expiry has taken nothing else.
    await queueLength(1);
    expect(await observer.exists(String(after["path"]))).toBeDefined();
    second.tell("block 0");
    expect(await second.event("unblocked")).toMatchObject({ held: true });
    second.tell("release");
    await second.event("released");
    await observer.delete(path);
  });

  it("over and over, leaves a queue that is free one session timeout and tick after the last death (H30)", async () => {
    const seen = new Set<string>();
    for (let restart = 0; restart < 6; restart++) {
      await using worker = start();
      const [name] = await waitUntil(
        async () => {
          const added = (await observer.children(path)).children.filter((each) => !seen.has(each));
          return added.length > 0 && added;
        },
        { what: "it contends" },
      );
      seen.add(name as string);
      worker.signal("SIGKILL");
      await worker.exited();
    }
    const diedAt = performance.now();
    expect((await observer.children(path)).children.length, "left by the dead").toBeGreaterThan(1);
    const handle = await new Lock(observer, path).acquire({ timeoutMs: 40_000 });
    expect(performance.now() - diedAt).toBeLessThanOrEqual(SESSION_MS + TICK_MS + 1_000);
    expect((await observer.children(path)).children).toHaveLength(1);
    await handle.release();
    await observer.delete(path);
  });

  it("over and over, leaves permits that are free one session timeout and tick after the last death (H30)", async () => {
    const lists = [`${path}/leases`, `${path}/locks`];
    const left = async (): Promise<readonly string[]> => {
      const found = lists.map(async (list) => (await observer.children(list).catch(noneIfMissing)).children);
      return (await Promise.all(found)).flat();
    };
    const seen = new Set<string>();
    for (let restart = 0; restart < 6; restart++) {
      await using worker = new Worker("semaphore-worker.ts", [ensemble.hosts, path, "2", String(SESSION_MS)]);
      await waitUntil(async () => (await left()).some((name) => !seen.has(name)), { what: "it asks for a permit" });
      worker.signal("SIGKILL");
      await worker.exited();
      for (const name of await left()) seen.add(name);
    }
    const diedAt = performance.now();
    expect((await left()).length, "left by the dead").toBeGreaterThan(2);
    // All of them: whatever was still held or asked for by a dead one would stand in the way.
    const handle = await new Semaphore(observer, path, 2).acquire({ permits: 2, timeoutMs: 40_000 });
    expect(performance.now() - diedAt).toBeLessThanOrEqual(SESSION_MS + TICK_MS + 1_000);
    expect(await left()).toHaveLength(2);
    await handle.release();
    await observer.delete(path, { recursive: true });
  });
});

function noneIfMissing(error: unknown): { readonly children: readonly string[] } {
  if (!(error instanceof NoNodeError)) throw error;
  return { children: [] };
}
