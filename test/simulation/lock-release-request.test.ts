import { NoNodeError, type ZooKeeper } from "@zookit/core";
import { Lock, ReadWriteLock } from "@zookit/lock";
import { type SimulatedEnsemble, simulate } from "@zookit/testing";
import { describe, expect, test } from "vitest";
import { childrenOf, openClient, waitFor } from "./support/clients.js";

const PATH = "/lock";
/** Holders notice requests when they have held for 200 ms. */
const NOTICED_MS = 250;

/** Loses the answer to the first `set` of a client; tells how many it has sent. */
function loseFirstAnswer(ensemble: SimulatedEnsemble, client: ZooKeeper): () => number {
  let writes = 0;
  ensemble.planFaults(({ operation, session }) =>
    operation === "set" && session === client.session.id && writes++ === 0
      ? { point: "reply-lost", consequence: "reconnect" }
      : undefined,
  );
  return () => writes;
}

describe("a request to release", () => {
  test("reaches the holder, from waiters and from third parties, and changes nothing by itself", async () => {
    await simulate(async (ensemble, time) => {
      const [holder, waiter, observer] = [
        await openClient(ensemble),
        await openClient(ensemble),
        await openClient(ensemble),
      ];
      const handle = await new Lock(holder, PATH, { identifier: "holder" }).acquire();
      const waiting = new Lock(waiter, PATH, { identifier: "waiter" }).acquire();
      await waitFor(time, "a waiter", () => childrenOf(ensemble, PATH).length === 2);
      await time.pass(NOTICED_MS);
      expect(handle.releaseRequested.aborted).toBe(false);
      expect(await new Lock(observer, PATH).requestRelease()).toBe(true);
      await waitFor(time, "the holder is asked", () => handle.releaseRequested.aborted);
      expect([handle.isHeld(), handle.lost.aborted]).toEqual([true, false]);
      expect(await new Lock(waiter, PATH).requestRelease()).toBe(true);
      await time.pass(NOTICED_MS);
      await handle.release();
      const next = await waiting;
      await time.pass(NOTICED_MS);
      expect(next.releaseRequested.aborted).toBe(false);
      await next.release();
      await Promise.all([holder.close(), waiter.close(), observer.close()]);
    });
  });

  test("leaves it to be told who holds: the holder puts its identifier back, each time", async () => {
    await simulate(async (ensemble, time) => {
      const zk = await openClient(ensemble);
      const lock = new Lock(zk, PATH, { identifier: "größe" });
      const handle = await lock.acquire();
      await lock.requestRelease();
      // Nobody has noticed it yet.
      expect(await lock.contenders()).toEqual([{ identifier: "", path: handle.path, holds: true }]);
      for (let round = 0; round < 2; round++) {
        await time.pass(NOTICED_MS);
        expect(handle.releaseRequested.aborted).toBe(true);
        expect(await lock.contenders()).toEqual([{ identifier: "größe", path: handle.path, holds: true }]);
        await lock.requestRelease();
      }
      await handle.release();
      await zk.close();
    });
  });

  test("says so where there is nobody to ask", async () => {
    await simulate(async (ensemble) => {
      const zk = await openClient(ensemble);
      const lock = new Lock(zk, PATH);
      expect(await lock.requestRelease()).toBe(false);
      await (await lock.acquire()).release();
      expect(await lock.requestRelease()).toBe(false);
      await zk.close();
    });
  });

  test("was made, even if the holder has given way before its lost answer could be asked for again", async () => {
    await simulate(async (ensemble, time) => {
      const [holder, other] = [await openClient(ensemble), await openClient(ensemble)];
      const handle = await new Lock(holder, PATH).acquire();
      handle.releaseRequested.addEventListener("abort", () => void handle.release());
      await time.pass(NOTICED_MS);
      loseFirstAnswer(ensemble, other);
      expect(await new Lock(other, PATH).requestRelease()).toBe(true);
      expect(childrenOf(ensemble, PATH)).toEqual([]);
      await Promise.all([holder.close(), other.close()]);
    });
  });

  test("is made once its answer was lost as well, and noticed after a reconnect", async () => {
    await simulate(async (ensemble, time) => {
      const [holder, other] = [await openClient(ensemble), await openClient(ensemble)];
      const handle = await new Lock(holder, PATH).acquire();
      await time.pass(NOTICED_MS);
      const asked = loseFirstAnswer(ensemble, other);
      ensemble.dropConnection(holder.session.id);
      expect(await new Lock(other, PATH).requestRelease()).toBe(true);
      expect(asked()).toBe(2);
      await waitFor(time, "the holder is asked", () => handle.releaseRequested.aborted);
      await handle.release();
      await Promise.all([holder.close(), other.close()]);
    });
  });

  test("asks nobody once the lock was released, though the handle lives on", async () => {
    await simulate(async (ensemble, time) => {
      const zk = await openClient(ensemble);
      const lock = new Lock(zk, PATH);
      const handle = await lock.acquire();
      await handle.release();
      const next = await lock.acquire();
      await lock.requestRelease();
      await time.pass(NOTICED_MS);
      expect([handle.releaseRequested.aborted, next.releaseRequested.aborted]).toEqual([false, true]);
      await next.release();
      await zk.close();
    });
  });

  test("of a writer asks all who hold, and of a reader a writer only", async () => {
    await simulate(async (ensemble, time) => {
      const zk = await openClient(ensemble);
      const { read, write } = new ReadWriteLock(zk, PATH);
      const readers = [await read.acquire(), await read.acquire()];
      const waiting = write.acquire();
      await waitFor(time, "a writer waits", () => childrenOf(ensemble, PATH).length === 3);
      expect(await read.requestRelease()).toBe(false);
      expect(await write.requestRelease()).toBe(true);
      await time.pass(NOTICED_MS);
      expect(readers.map(({ releaseRequested }) => releaseRequested.aborted)).toEqual([true, true]);
      for (const reader of readers) await reader.release();
      const writer = await waiting;
      expect(await read.requestRelease()).toBe(true);
      await waitFor(time, "the writer is asked", () => writer.releaseRequested.aborted);
      await writer.release();
      await zk.close();
    });
  });
});

describe("whoever waits", () => {
  test("is told how many go first, when it begins to wait and at each wake-up after which it goes on", async () => {
    await simulate(async (ensemble, time) => {
      const zk = await openClient(ensemble);
      const lock = new Lock(zk, PATH);
      const told: number[] = [];
      const onWaiting = (ahead: number) => told.push(ahead);
      const held = await lock.acquire({ onWaiting });
      expect(told).toEqual([]);
      const givingUp = new AbortController();
      const between = lock.acquire({ signal: givingUp.signal });
      await waitFor(time, "two contend", () => childrenOf(ensemble, PATH).length === 2);
      const waiting = lock.acquire({ onWaiting });
      await waitFor(time, "it is told", () => told.join() === "2");
      givingUp.abort(new Error("enough"));
      await expect(between).rejects.toThrow("enough");
      await waitFor(time, "it is told again", () => told.join() === "2,1");
      await held.release();
      await (await waiting).release();
      expect(told).toEqual([2, 1]);
      await zk.close();
    });
  });

  test("ends its acquisition by what it throws when it is told, whatever that is, and leaves no znode behind", async () => {
    await simulate(async (ensemble) => {
      const zk = await openClient(ensemble);
      const lock = new Lock(zk, PATH);
      const held = await lock.acquire();
      for (const thrown of [new Error("too long a queue"), new NoNodeError("as if the queue were gone"), undefined]) {
        const onWaiting = () => {
          throw thrown;
        };
        const error = await lock.withLock(() => {}, { onWaiting }).catch((reason) => ({ reason }));
        expect(error).toEqual({ reason: thrown });
        expect(childrenOf(ensemble, PATH)).toHaveLength(1);
      }
      await held.release();
      await zk.close();
    });
  });
});
