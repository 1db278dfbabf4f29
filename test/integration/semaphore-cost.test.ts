import { Semaphore, type SemaphoreHandle } from "@zookit/lock";
import { describe, expect, it } from "vitest";
import { uniqueRoot, waitUntil } from "../harness/index.js";
import { Counted } from "./support/counted.js";

describe("the cost of a semaphore, counted at the server", () => {
  const counted = new Counted();

  const cycles = async (semaphore: Semaphore, count: number, permits = 1): Promise<void> => {
    for (let cycle = 0; cycle < count; cycle++) await (await semaphore.acquire({ permits })).release();
  };

  it("is five requests in two round trips for an uncontended acquire and release", async () => {
    const path = uniqueRoot();
    await using zk = await counted.client();
    const semaphore = new Semaphore(zk, path, 5);
    await cycles(semaphore, 1);
    expect(await counted.requestsOf([zk], () => cycles(semaphore, 20))).toBe(5 * 20);
    const roundTrips = await counted.roundTripsOf(async (delayed) => {
      const own = new Semaphore(delayed, path, 5);
      await cycles(own, 1);
      return () => cycles(own, 20);
    });
    expect(roundTrips).toBe(2 * 20);
  });

  it("is two requests more for each further permit: its lease is made, and deleted", async () => {
    await using zk = await counted.client();
    const semaphore = new Semaphore(zk, uniqueRoot(), 5);
    await cycles(semaphore, 1);
    expect(await counted.requestsOf([zk], () => cycles(semaphore, 1, 3))).toBe(3 + 2 * 3);
  });

  it("does not grow with the queue, when one of 30 waiters is woken (H39)", async () => {
    const path = uniqueRoot();
    await using holder = await counted.client();
    const waiting = await Promise.all(Array.from({ length: 30 }, () => counted.client()));
    try {
      const held = await new Semaphore(holder, path, 1).acquire();
      const granted: SemaphoreHandle[] = [];
      const acquisitions = waiting.map(async (zk) => {
        granted.push(await new Semaphore(zk, path, 1).acquire());
      });
      // One for each in the queue but the first, which has three, and the holder's own.
      await counted.untilWatches(33);
      const release = async () => {
        await held.release();
        await waitUntil(() => granted.length > 0, { what: "one is granted" });
        // The next one has the first's three watches, the new holder its own.
        await counted.untilWatches(32);
      };
      const spent = await counted.requestsOf([holder, ...waiting], release);
      // The holder's deletion; three to look, one to leave the queue, one to watch the own lease. Who is first in the queue now
      // makes its lease and looks, and sets three watches.
      expect(spent).toBe(1 + 3 + 1 + 1 + 4 + 3);
      expect(granted).toHaveLength(1);
      while (granted.length < waiting.length) {
        const last = granted.at(-1);
        await last?.release();
        const count = granted.length;
        await waitUntil(() => granted.length > count || granted.length === waiting.length, { what: "the next one" });
      }
      await Promise.all(acquisitions);
    } finally {
      await Promise.all(waiting.map((zk) => zk.close()));
    }
  });
});
