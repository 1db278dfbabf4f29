import { TimeoutError } from "@zookit/core";
import { Lock, LockLostError, NestedAcquireError } from "@zookit/lock";
import { simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { childrenOf, openClient, SESSION_MS, waitFor } from "./support/clients.js";

const PATH = "/lock";

test("an acquisition that times out has left no znode behind when its caller hears of it (H47)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const lock = new Lock(zk, PATH);
    const held = await lock.acquire();
    await expect(lock.acquire({ timeoutMs: 300 })).rejects.toBeInstanceOf(TimeoutError);
    expect(childrenOf(ensemble, PATH)).toHaveLength(1);
    await held.release();
    await zk.close();
  });
});

test("whoever tries a lock that is taken leaves no znode behind (H47)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const lock = new Lock(zk, PATH);
    const held = await lock.acquire();
    expect(await lock.tryAcquire()).toBeUndefined();
    expect(childrenOf(ensemble, PATH)).toHaveLength(1);
    await held.release();
    await (await lock.tryAcquire())?.release();
    expect(childrenOf(ensemble, PATH)).toEqual([]);
    await zk.close();
  });
});

test("a release whose answer is lost is repeated, and finding nothing left is no failure (H5, H6)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const handle = await new Lock(zk, PATH).acquire();
    let deletions = 0;
    ensemble.planFaults(({ operation, path }) =>
      operation === "delete" && path === handle.path && deletions++ === 0
        ? { point: "reply-lost", consequence: "reconnect" }
        : undefined,
    );
    await handle.release();
    expect(deletions).toBe(2);
    expect(childrenOf(ensemble, PATH)).toEqual([]);
    await zk.close();
  });
});

test("a holder is told when somebody else deletes its znode (H46)", async () => {
  await simulate(async (ensemble, time) => {
    const [holder, other] = [await openClient(ensemble), await openClient(ensemble)];
    const handle = await new Lock(holder, PATH).acquire();
    await time.pass(500);
    await other.delete(handle.path);
    await waitFor(time, "the holder is told", () => handle.lost.aborted);
    expect(handle.isHeld()).toBe(false);
    expect(handle.lost.reason).toBeInstanceOf(LockLostError);
    await handle.release();
    await Promise.all([holder.close(), other.close()]);
  });
});

test("a block that lost its lock rejects although it has returned normally (H13)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const block = new Lock(zk, PATH).withLock(() => time.stall(SESSION_MS));
    await expect(block).rejects.toMatchObject({ code: "lock-lost", outcome: "unknown" });
    await zk.close();
  });
});

test("a block that fails gives the lock back before its caller hears of it (H6)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const failure = new Error("from the block");
    await expect(new Lock(zk, PATH).withLock(() => Promise.reject(failure))).rejects.toBe(failure);
    expect(childrenOf(ensemble, PATH)).toEqual([]);
    await zk.close();
  });
});

test("a lock that is asked for inside its own block is refused instead of waited for (H51)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const block = new Lock(zk, PATH).withLock(async () => await new Lock(zk, PATH).acquire());
    await expect(block).rejects.toBeInstanceOf(NestedAcquireError);
    await zk.close();
  });
});
