import { connect, type ZooKeeper } from "@zookit/core";
import { Lock } from "@zookit/lock";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";

describe("giving up an acquisition", () => {
  let zk: ZooKeeper;
  let other: ZooKeeper;

  beforeAll(async () => {
    [zk, other] = await Promise.all([connect(sharedHosts()), connect(sharedHosts())]);
  });
  afterAll(() => Promise.all([zk?.close(), other?.close()]));

  it("leaves no znode behind, 1,000 times by abort or time-out at random moments (H47)", async () => {
    const path = await zk.create(uniqueRoot());
    const lock = new Lock(zk, path);
    const blocker = new Lock(other, path);
    // Some attempts find the lock free, some find it held; free ones get more time, so that either may win (H48).
    const attempt = fc.record({ moment: fc.double({ min: 0, max: 1, noNaN: true }), byTimeout: fc.boolean() });
    const batch = fc.array(attempt, { minLength: 20, maxLength: 20 });
    let held = 0;
    let givenUp = 0;
    await fc.assert(
      fc.asyncProperty(batch, fc.boolean(), async (attempts, isTaken) => {
        const taken = isTaken ? await blocker.acquire() : undefined;
        await Promise.all(
          attempts.map(async ({ moment, byTimeout }) => {
            const delayMs = moment * (isTaken ? 6 : 100);
            const controller = new AbortController();
            const timer = setTimeout(() => controller.abort(new Error("given up")), delayMs);
            const options = byTimeout ? { timeoutMs: Math.round(delayMs) } : { signal: controller.signal };
            try {
              const handle = await lock.acquire(options);
              expect(handle.isHeld()).toBe(true);
              held++;
              await handle.release();
            } catch (error) {
              expect(error).toMatchObject(byTimeout ? { code: "timeout" } : { message: "given up" });
              givenUp++;
            } finally {
              clearTimeout(timer);
            }
          }),
        );
        // When the promises have settled, the znodes are gone: nothing is left to wait for.
        expect((await zk.children(path)).children).toHaveLength(isTaken ? 1 : 0);
        await taken?.release();
      }),
      { numRuns: 50 },
    );
    expect(held + givenUp).toBe(1_000);
    expect(held).toBeGreaterThan(0);
    expect(givenUp).toBeGreaterThan(0);
    await zk.delete(path);
  });

  it("rejects with the signal's own reason, and never sends anything when the signal was aborted before", async () => {
    const path = uniqueRoot();
    const reason = { any: "value" };
    await expect(new Lock(zk, path).acquire({ signal: AbortSignal.abort(reason) })).rejects.toBe(reason);
    expect(await zk.exists(path)).toBeUndefined();
  });

  it("lets those behind it move up: a waiter behind an aborted one acquires when the holder releases (H44)", async () => {
    const path = uniqueRoot();
    const lock = new Lock(zk, path);
    const held = await new Lock(other, path).acquire();
    const middle = new AbortController();
    const aborted = expect(lock.acquire({ signal: middle.signal })).rejects.toThrow("changed my mind");
    const waiting = async (count: number) => (await zk.children(path)).children.length === count;
    await waitUntil(() => waiting(2), { what: "the middle one waits" });
    const last = lock.acquire();
    let isAcquired = false;
    void last.then(() => {
      isAcquired = true;
    });
    await waitUntil(() => waiting(3), { what: "the last one waits" });
    middle.abort(new Error("changed my mind"));
    await aborted;
    await waitUntil(() => waiting(2), { what: "the middle one is gone" });
    // A round trip later than the wake-up of the last one: it has decided again, and waits on.
    await zk.sync(path);
    await zk.sync(path);
    expect(isAcquired).toBe(false);
    await held.release();
    await (await last).release();
  });
});
