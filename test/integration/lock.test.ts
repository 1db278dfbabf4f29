import { connect, type ZooKeeper } from "@zookit/core";
import { Lock, LockLostError, NestedAcquireError, withLock } from "@zookit/lock";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";

describe("a lock", () => {
  let zk: ZooKeeper;
  let other: ZooKeeper;

  beforeAll(async () => {
    [zk, other] = await Promise.all([connect(sharedHosts()), connect(sharedHosts())]);
  });
  afterAll(() => Promise.all([zk?.close(), other?.close()]));

  const queueLength = (path: string, length: number) =>
    waitUntil(async () => (await zk.children(path)).children.length === length, { what: `${length} contend` });

  it("is held by one of many tasks at a time, in the order in which they asked", async () => {
    const path = uniqueRoot();
    const order: number[] = [];
    let inside = 0;
    const task = (index: number) =>
      withLock(zk, path, async (handle) => {
        expect(++inside).toBe(1);
        order.push(index);
        await zk.exists(handle.path);
        inside--;
      });
    const indexes = Array.from({ length: 30 }, (_, index) => index);
    await Promise.all(indexes.map(task));
    expect(order).toEqual(indexes);
  });

  it("excludes the holders of other clients", async () => {
    const path = uniqueRoot();
    const held = await new Lock(zk, path).acquire();
    expect(await new Lock(other, path).tryAcquire()).toBeUndefined();
    await expect(new Lock(other, path).acquire({ timeoutMs: 100 })).rejects.toMatchObject({ code: "timeout", path });
    await held.release();
    const next = await new Lock(other, path).tryAcquire();
    expect(next?.isHeld()).toBe(true);
    await next?.release();
  });

  it("gives a handle that knows whether it is held, until it is released; releasing it again changes nothing (H50)", async () => {
    const path = uniqueRoot();
    const lock = new Lock(zk, path, { identifier: "ü" });
    const handle = await lock.acquire();
    expect(handle.isHeld()).toBe(true);
    expect(() => handle.assertHeld()).not.toThrow();
    expect(handle.identifier).toBe("ü");
    expect((await zk.get(handle.path)).data.toString()).toBe("ü");
    const releasing = handle.release();
    expect(handle.isHeld()).toBe(false);
    expect(() => handle.assertHeld()).toThrow(LockLostError);
    await Promise.all([releasing, handle.release()]);
    await handle.release();
    expect(handle.lost.aborted).toBe(false);
    expect((await zk.children(path)).children).toEqual([]);
  });

  it("is released at the end of an `await using` block, also when the block throws", async () => {
    const path = uniqueRoot();
    const block = async () => {
      await using handle = await new Lock(zk, path).acquire();
      handle.assertHeld();
      throw new Error("from the block");
    };
    await expect(block()).rejects.toThrow("from the block");
    expect((await zk.children(path)).children).toEqual([]);
  });

  it("is released by withLock when the block returns and when it throws, and passes on what it returned or threw", async () => {
    const path = uniqueRoot();
    const lock = new Lock(zk, path);
    expect(await lock.withLock(() => "a value")).toBe("a value");
    await expect(lock.withLock(() => Promise.reject(new Error("from the block")))).rejects.toThrow("from the block");
    expect((await zk.children(path)).children).toEqual([]);
  });

  it("is not released twice by withLock when the block has released it itself (H50)", async () => {
    const path = uniqueRoot();
    await new Lock(zk, path).withLock(async (handle) => {
      await handle.release();
      // The lock is somebody else's now; the end of the block must not touch it.
      await using next = await new Lock(other, path).acquire();
      expect(next.isHeld()).toBe(true);
    });
  });

  it("tells its holder when somebody else deletes the holder's znode (H46)", async () => {
    const path = uniqueRoot();
    const handle = await new Lock(zk, path).acquire();
    const lost = new Promise((resolve) => handle.lost.addEventListener("abort", resolve));
    await other.delete(handle.path);
    await lost;
    expect(handle.isHeld()).toBe(false);
    expect(handle.lost.reason).toBeInstanceOf(LockLostError);
    // The next holder's lock is not touched by a release that comes too late (H50).
    const next = await new Lock(other, path).acquire();
    await handle.release();
    expect(next.isHeld()).toBe(true);
    expect(await zk.exists(next.path)).toBeDefined();
    await next.release();
  });

  it("makes withLock reject when it was lost while the block ran, even if the block returned normally", async () => {
    const path = uniqueRoot();
    const lose = async (handle: { readonly path: string; readonly lost: AbortSignal }) => {
      const lost = new Promise((resolve) => handle.lost.addEventListener("abort", resolve));
      await other.delete(handle.path);
      await lost;
    };
    await expect(new Lock(zk, path).withLock(lose)).rejects.toBeInstanceOf(LockLostError);
    const failure = new Error("from the block");
    const failing = new Lock(zk, path).withLock(async (handle) => {
      await lose(handle);
      throw failure;
    });
    await expect(failing).rejects.toMatchObject({ code: "lock-lost", cause: failure });
  });

  it("is lost when its client is closed, and its waiters reject", async () => {
    const path = uniqueRoot();
    const closing = await connect(sharedHosts());
    const handle = await new Lock(closing, path).acquire();
    const waiting = expect(new Lock(closing, path).acquire()).rejects.toMatchObject({ code: "closed" });
    await queueLength(path, 2);
    await closing.close();
    await waiting;
    expect(handle.isHeld()).toBe(false);
    expect(handle.lost.reason).toMatchObject({ code: "lock-lost", cause: { code: "closed" } });
    expect((await zk.children(path)).children).toEqual([]);
  });

  it("is released, not failed to be released, by a client that is closed meanwhile", async () => {
    const path = uniqueRoot();
    const closing = await connect(sharedHosts());
    const handle = await new Lock(closing, path).acquire();
    const releasing = handle.release();
    await closing.close();
    await releasing;
    await handle.release();
    expect(handle.lost.aborted).toBe(false);
    expect((await zk.children(path)).children).toEqual([]);
  });

  it("fails fast when it is asked for inside its own block, and queues elsewhere (H51)", async () => {
    const path = uniqueRoot();
    const lock = new Lock(zk, path);
    await lock.withLock(async () => {
      await expect(lock.acquire()).rejects.toBeInstanceOf(NestedAcquireError);
      await expect(withLock(zk, path, () => {})).rejects.toBeInstanceOf(NestedAcquireError);
      await expect(new Lock(zk, `${path}-another`).withLock(() => "fine")).resolves.toBe("fine");
      // Another client is another holder: it waits like everybody else.
      await expect(new Lock(other, path).acquire({ timeoutMs: 50 })).rejects.toMatchObject({ code: "timeout" });
    });
    const first = await lock.acquire();
    const second = lock.acquire();
    await queueLength(path, 2);
    await first.release();
    await (await second).release();
  });

  it("lists its contenders in the order of the queue, with what they say they are", async () => {
    const path = uniqueRoot();
    const names = ["first", "second", "third"];
    const acquisitions: ReturnType<Lock["acquire"]>[] = [];
    for (const [index, identifier] of names.entries()) {
      acquisitions.push(new Lock(index % 2 ? other : zk, path, { identifier }).acquire());
      await queueLength(path, index + 1);
    }
    const listed = await new Lock(zk, path).contenders();
    expect(listed.map(({ identifier, holds }) => [identifier, holds])).toEqual([
      ["first", true],
      ["second", false],
      ["third", false],
    ]);
    for (const acquisition of acquisitions) await (await acquisition).release();
    expect(await new Lock(zk, path).contenders()).toEqual([]);
    expect(await new Lock(zk, `${path}-unknown`).contenders()).toEqual([]);
  });

  it("ignores children that are no contenders (H56)", async () => {
    const path = uniqueRoot();
    for (const name of ["config", "lock-", "lock-12", "x-lease-0000000000"]) {
      await zk.create(`${path}/${name}`, "", { parents: true });
    }
    const handle = await new Lock(zk, path).acquire({ timeoutMs: 5_000 });
    await handle.release();
    await zk.delete(path, { recursive: true });
  });
});
