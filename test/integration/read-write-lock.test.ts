import { connect, digestAcl, Permission, type ZooKeeper } from "@zookit/core";
import { Lock, type LockHandle, LockLostError, NestedAcquireError, ReadWriteLock } from "@zookit/lock";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";

let zk: ZooKeeper;
let other: ZooKeeper;

beforeAll(async () => {
  [zk, other] = await Promise.all([connect(sharedHosts()), connect(sharedHosts())]);
});
afterAll(() => Promise.all([zk?.close(), other?.close()]));

const queueLength = (path: string, length: number) =>
  waitUntil(async () => (await zk.children(path)).children.length === length, { what: `${length} contend` });

describe("a read/write lock", () => {
  it("is held by many tasks for reading or by one for writing, and nobody starves", async () => {
    const path = uniqueRoot();
    const locks = [new ReadWriteLock(zk, path), new ReadWriteLock(other, path)];
    let readers = 0;
    let writers = 0;
    let most = 0;
    const read = async () => {
      expect(writers).toBe(0);
      most = Math.max(most, ++readers);
      await zk.exists(path);
      readers--;
    };
    const write = async () => {
      expect([readers, ++writers]).toEqual([0, 1]);
      await zk.exists(path);
      writers--;
    };
    const tasks = Array.from({ length: 40 }, (_, index) => {
      const lock = locks[index % 2] as ReadWriteLock;
      return index % 4 === 3 ? lock.write.withLock(write) : lock.read.withLock(read);
    });
    await Promise.all(tasks);
    expect(most).toBeGreaterThan(1);
    expect((await zk.children(path)).children).toEqual([]);
  });

  it("serves readers and writers in the order of their arrival (H59)", async () => {
    const path = uniqueRoot();
    const { read, write } = new ReadWriteLock(zk, path);
    const order: string[] = [];
    const held = await new ReadWriteLock(other, path).write.acquire();
    const acquiring: Promise<unknown>[] = [];
    for (const [index, side] of [read, read, write, read, write].entries()) {
      const note = async (handle: LockHandle) => {
        order.push(`${index} in`);
        await zk.exists(handle.path);
        order.push(`${index} out`);
      };
      acquiring.push(side.withLock(note));
      await queueLength(path, index + 2);
    }
    await held.release();
    await Promise.all(acquiring);
    expect(order.slice(0, 4).toSorted()).toEqual(["0 in", "0 out", "1 in", "1 out"]);
    expect(order.slice(4)).toEqual(["2 in", "2 out", "3 in", "3 out", "4 in", "4 out"]);
  });

  it("lets a writer become a reader in its place: waiting readers come in, a waiting writer does not (H60)", async () => {
    const path = uniqueRoot();
    const [ours, theirs] = [new ReadWriteLock(zk, path), new ReadWriteLock(other, path)];
    const writer = await ours.write.acquire();
    const reading = theirs.read.acquire();
    await queueLength(path, 2);
    let isGranted = false;
    const writing = theirs.write.acquire().then((handle) => {
      isGranted = true;
      return handle;
    });
    await queueLength(path, 3);
    await using reader = await writer.downgrade();
    expect([writer.isHeld(), reader.isHeld(), reader.fencingToken]).toEqual([false, true, writer.fencingToken]);
    expect((await ours.read.contenders()).map(({ holds }) => holds)).toEqual([true, true, false]);
    await (await reading).release();
    await other.sync(path);
    expect(isGranted).toBe(false);
    await reader.release();
    const next = await writing;
    expect(next.fencingToken).toBeGreaterThan(reader.fencingToken);
    await next.release();
    expect((await zk.children(path)).children).toEqual([]);
  });

  it("gives the reader that a writer becomes the client's ACL (H86)", async () => {
    const path = uniqueRoot();
    const acl = [digestAcl("owner", "secret"), { scheme: "world", id: "anyone", permissions: Permission.read }];
    await using owner = await connect(sharedHosts(), { auth: { scheme: "digest", credentials: "owner:secret" }, acl });
    const reader = await (await new ReadWriteLock(owner, path).write.acquire()).downgrade();
    expect((await zk.get(reader.path)).stat.aversion).toBeGreaterThan(0);
    await expect(zk.set(reader.path, "x")).rejects.toMatchObject({ code: "no-auth" });
    await expect(new ReadWriteLock(zk, path).write.requestRelease()).rejects.toMatchObject({ code: "no-auth" });
    await reader.release();
    await owner.delete(path, { recursive: true });
  });

  it("tells a writer that wants to become a reader when its znode was deleted, and leaves none (H46, H60)", async () => {
    const path = uniqueRoot();
    const writer = await new ReadWriteLock(zk, path).write.acquire();
    await other.delete(writer.path);
    await expect(writer.downgrade()).rejects.toBeInstanceOf(LockLostError);
    expect(writer.lost.aborted).toBe(true);
    expect((await zk.children(path)).children).toEqual([]);
  });

  it("refuses to make a writer of a reader, at once (H61)", async () => {
    const { read, write } = new ReadWriteLock(zk, uniqueRoot());
    const refusal = read.withLock(() => write.acquire());
    await expect(refusal).rejects.toBeInstanceOf(NestedAcquireError);
    await expect(refusal).rejects.toThrow(/write lock .* is asked for inside a block that holds the read lock/);
    const reader = await read.acquire();
    await expect(write.acquire({ timeoutMs: 50 })).rejects.toMatchObject({ code: "timeout" });
    await reader.release();
  });
});

describe("a request to release", () => {
  it("reaches the holder of a lock, in either kind of lock, which goes on holding and can still be told", async () => {
    const path = uniqueRoot();
    const handles = [
      { asker: new Lock(other, path), handle: await new Lock(zk, path, { identifier: "holder" }).acquire() },
      {
        asker: new ReadWriteLock(other, `${path}-rw`).write,
        handle: await new ReadWriteLock(zk, `${path}-rw`, { identifier: "holder" }).read.acquire(),
      },
    ];
    for (const { asker, handle } of handles) {
      const asked = new Promise((resolve) => handle.releaseRequested.addEventListener("abort", resolve));
      expect(await asker.requestRelease()).toBe(true);
      await asked;
      expect(handle.isHeld()).toBe(true);
      const identifier = async () => (await asker.contenders())[0]?.identifier;
      await waitUntil(async () => (await identifier()) === "holder", { what: "its identifier is there again" });
      await handle.release();
      expect(await asker.requestRelease()).toBe(false);
    }
  });
});
