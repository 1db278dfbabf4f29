import { TimeoutError } from "@zookit/core";
import { Lock, LockLostError, MultiLock, NestedAcquireError, ReadWriteLock } from "@zookit/lock";
import { simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { childrenOf, openClient, SESSION_MS, waitFor } from "./support/clients.js";
import { FAULTS } from "./support/faults.js";
import { multiLockStory } from "./support/multi-lock-story.js";

const PATHS = ["/a", "/b", "/c"];

test("holds all of them or none, in any order of naming: whoever wants the same in another order waits (H63)", async () => {
  await simulate(async (ensemble) => {
    const [zk, other] = [await openClient(ensemble), await openClient(ensemble)];
    const multi = new MultiLock(PATHS.map((path) => new Lock(zk, path)));
    const reversed = new MultiLock(PATHS.toReversed().map((path) => new Lock(other, path)));
    const handle = await multi.acquire();
    expect(handle.isHeld()).toBe(true);
    expect(handle.fencingTokens).toHaveLength(3);
    expect(await reversed.tryAcquire()).toBeUndefined();
    await expect(reversed.acquire({ timeoutMs: 300 })).rejects.toBeInstanceOf(TimeoutError);
    expect(PATHS.map((path) => childrenOf(ensemble, path).length)).toEqual([1, 1, 1]);
    const waiting = reversed.acquire();
    await handle.release();
    const next = await waiting;
    next.fencingTokens.toReversed().forEach((token, index) => {
      expect(token).toBeGreaterThan(handle.fencingTokens[index] ?? 0n);
    });
    await next.release();
    await Promise.all([zk.close(), other.close()]);
  });
});

test("has one deadline for all, and has left nothing behind when it has passed (H47, H63)", async () => {
  await simulate(async (ensemble, time) => {
    const [zk, other] = [await openClient(ensemble), await openClient(ensemble)];
    const held = await new Lock(other, "/c").acquire();
    const between = await new Lock(other, "/b").acquire();
    const began = time.elapsedMs;
    const acquiring = new MultiLock(PATHS.map((path) => new Lock(zk, path))).acquire({ timeoutMs: 1_000 });
    acquiring.catch(() => {});
    await time.pass(800);
    await between.release();
    await expect(acquiring).rejects.toBeInstanceOf(TimeoutError);
    expect(time.elapsedMs - began).toBeLessThan(1_300);
    expect(PATHS.map((path) => childrenOf(ensemble, path).length)).toEqual([0, 0, 1]);
    await held.release();
    await Promise.all([zk.close(), other.close()]);
  });
});

test("is lost with the first that is, although others are held on, until it is released (H13)", async () => {
  await simulate(async (ensemble, time) => {
    const [zk, other] = [await openClient(ensemble), await openClient(ensemble)];
    const multi = new MultiLock([new Lock(zk, "/a"), new Lock(other, "/b")]);
    const block = multi.withLock(async (handle) => {
      ensemble.expireSession(other.session.id);
      await waitFor(time, "it is lost", () => handle.lost.aborted);
      expect(handle.isHeld()).toBe(false);
      expect(childrenOf(ensemble, "/a")).toHaveLength(1);
    });
    await expect(block).rejects.toBeInstanceOf(LockLostError);
    expect(childrenOf(ensemble, "/a")).toEqual([]);
    await Promise.all([zk.close(), other.close()]);
  });
});

test("that lost one while it waited for another takes both anew: what it gives is held (H45)", async () => {
  await simulate(async (ensemble, time) => {
    const [zk, other] = [await openClient(ensemble), await openClient(ensemble)];
    const held = await new Lock(other, "/b").acquire();
    const acquiring = new MultiLock([new Lock(zk, "/a"), new Lock(zk, "/b")]).acquire();
    await waitFor(time, "it waits", () => childrenOf(ensemble, "/b").length === 2);
    time.stall(SESSION_MS);
    await held.release();
    const handle = await acquiring;
    expect(handle.isHeld()).toBe(true);
    expect(zk.session.epoch).toBe(2);
    await handle.release();
    await Promise.all([zk.close(), other.close()]);
  });
});

test("can have sides of read/write locks for members, and refuses any of them inside its own block (H51)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const [first, second] = [new ReadWriteLock(zk, "/a"), new ReadWriteLock(zk, "/b")];
    await new MultiLock([second.read, first.write]).withLock(async () => {
      await expect(second.write.acquire()).rejects.toBeInstanceOf(NestedAcquireError);
      await expect(first.read.acquire()).rejects.toBeInstanceOf(NestedAcquireError);
      await (await new Lock(zk, "/c").acquire()).release();
    });
    await (await new MultiLock([first.read, second.write]).tryAcquire())?.release();
    expect(PATHS.map((path) => childrenOf(ensemble, path).length)).toEqual([0, 0, 0]);
    await zk.close();
  });
});

test("whatever happens to any one request, no two hold what they share, none waits for ever and nothing is left (H63)", async () => {
  const story = {
    clients: [
      ["/a", "/b"],
      ["/c", "/b", "/a"],
    ],
    holdMs: 20,
  };
  const requests = await multiLockStory({ ...story, troubles: [] });
  for (let index = 0; index < requests; index++) {
    await multiLockStory({ ...story, troubles: [[index, { kind: "abort" }]] });
    for (const fault of FAULTS) {
      await multiLockStory({ ...story, troubles: [[index, { kind: "fault", ...fault }]] }).catch((cause) => {
        throw new Error(`request ${index}, ${fault.point}, then ${fault.consequence}: ${cause.message}`, { cause });
      });
    }
  }
});
