import { connect, type ZooKeeper } from "@zookit/core";
import { Lock, ReadWriteLock } from "@zookit/lock";
import { beforeEach, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot } from "../harness/shared.js";
import { waitUntil } from "../harness/wait-until.js";
import { missingPeers } from "./available.js";
import { startCuratorReadWrite, startKazooReadWrite } from "./read-write-peer.js";

const hosts = sharedHosts();
const missing = await missingPeers();
const timeoutMs = 30_000;

beforeEach((context) => context.skip(missing !== "", `needs Debian's packages ${missing}`));

const queued = (zk: ZooKeeper, path: string, count: number) =>
  waitUntil(async () => (await zk.children(path)).children.length === count, { what: `${count} contend` });

/** Whether it has come to an end already. */
function watched<T>(promise: Promise<T>): { readonly promise: Promise<T>; isSettled: boolean } {
  const watching = { promise, isSettled: false };
  const settled = () => {
    watching.isSettled = true;
  };
  promise.then(settled, settled);
  return watching;
}

const pairings = [
  {
    name: "Curator's InterProcessReadWriteLock and zookit's",
    dialect: "curator" as const,
    start: startCuratorReadWrite,
    isFair: true,
  },
  {
    name: "kazoo's ReadLock and WriteLock and zookit's in kazoo's dialect",
    dialect: "kazoo" as const,
    start: startKazooReadWrite,
    // Before 2.9 its readers wait for later writers as well (H59).
    isFair: false,
  },
];

describe.each(pairings)("$name", ({ dialect, start, isFair }) => {
  it("read together, and exclude each other's writers", async () => {
    const path = uniqueRoot();
    await using peer = await start(hosts);
    await using zk = await connect(hosts);
    const { read, write } = new ReadWriteLock(zk, path, { dialect });

    await peer.acquire(path, "write");
    expect(await read.tryAcquire()).toBeUndefined();
    expect(await write.tryAcquire()).toBeUndefined();
    await peer.release(path, "write");

    const reader = await read.acquire({ timeoutMs });
    await peer.acquire(path, "read", { timeoutMs });
    expect(await write.tryAcquire()).toBeUndefined();
    await peer.release(path, "read");
    await expect(peer.acquire(path, "write", { timeoutMs: 200 })).rejects.toMatchObject({ code: "timeout" });
    await reader.release();

    const writer = await write.acquire({ timeoutMs });
    await expect(peer.acquire(path, "read", { timeoutMs: 200 })).rejects.toMatchObject({ code: "timeout" });
    await expect(peer.acquire(path, "write", { timeoutMs: 200 })).rejects.toMatchObject({ code: "timeout" });
    await writer.release();
    await waitUntil(async () => (await read.contenders()).length === 0, { what: "nobody is left" });
  });

  it("wait in one queue: a reader behind the other's waiting writer comes after it (H59)", async () => {
    const path = uniqueRoot();
    await using peer = await start(hosts);
    await using zk = await connect(hosts);
    const { read } = new ReadWriteLock(zk, path, { dialect });

    const reader = await read.acquire({ timeoutMs });
    const theirs = watched(peer.acquire(path, "write"));
    await queued(zk, path, 2);
    const next = watched(read.acquire({ timeoutMs }));
    await queued(zk, path, 3);
    expect((await read.contenders()).map(({ holds }) => holds)).toEqual([true, false, false]);
    await reader.release();
    await theirs.promise;
    expect(next.isSettled).toBe(false);
    await peer.release(path, "write");
    await (await next.promise).release();
  });

  it("let a writer of zookit's become a reader without the other's waiting writer coming in (H60)", async () => {
    const path = uniqueRoot();
    await using peer = await start(hosts);
    await using reading = await start(hosts);
    await using zk = await connect(hosts);

    const writer = await new ReadWriteLock(zk, path, { dialect }).write.acquire({ timeoutMs });
    const theirReader = isFair ? watched(reading.acquire(path, "read")) : undefined;
    await queued(zk, path, isFair ? 2 : 1);
    const theirs = watched(peer.acquire(path, "write"));
    await queued(zk, path, isFair ? 3 : 2);
    const reader = await writer.downgrade();
    await theirReader?.promise;
    if (theirReader !== undefined) await reading.release(path, "read");
    // The writer's place is taken by a reader; a client that has looked since has seen it.
    await queued(zk, path, 2);
    await zk.sync(path);
    expect(theirs.isSettled).toBe(false);
    expect(reader.isHeld()).toBe(true);
    await reader.release();
    await theirs.promise;
    await peer.release(path, "write");
  });

  it("pass the lock on to zookit's readers and writers when the other's writer is killed (H29)", async () => {
    const path = uniqueRoot();
    await using peer = await start(hosts);
    await using zk = await connect(hosts);
    const { read, write } = new ReadWriteLock(zk, path, { dialect });
    await peer.acquire(path, "write");
    const reading = [read.acquire({ timeoutMs }), read.acquire({ timeoutMs })];
    await queued(zk, path, 3);
    await peer.kill();
    for (const reader of await Promise.all(reading)) await reader.release();
    await (await write.acquire({ timeoutMs })).release();
  });

  it("never write together, and never while somebody reads", async () => {
    const path = uniqueRoot();
    await using peer = await start(hosts);
    await using zk = await connect(hosts);
    const { read, write } = new ReadWriteLock(zk, path, { dialect });
    let readers = 0;
    let writers = 0;
    const writing = async () => {
      expect([readers, ++writers]).toEqual([0, 1]);
      await zk.exists(path);
      writers--;
    };
    const readingOnly = async () => {
      expect(writers).toBe(0);
      readers++;
      await zk.exists(path);
      readers--;
    };
    const rounds = Array.from({ length: 8 });
    const theirs = async () => {
      for (const _ of rounds) {
        await peer.acquire(path, "write");
        await writing();
        await peer.release(path, "write");
      }
    };
    const ours = async () => {
      for (const _ of rounds) {
        await Promise.all([
          read.withLock(readingOnly, { timeoutMs }),
          read.withLock(readingOnly, { timeoutMs }),
          write.withLock(writing, { timeoutMs }),
        ]);
      }
    };
    await Promise.all([theirs(), ours()]);
    expect(await read.contenders()).toEqual([]);
  });
});

describe("Curator's locks and zookit's", () => {
  // Curator 5.4 puts the reader at the end of the queue, so that a writer that waits already would come in (H60).
  it("let a writer of Curator's become a reader beside zookit's, and a later writer of zookit's waits for both", async () => {
    const path = uniqueRoot();
    await using peer = await startCuratorReadWrite(hosts);
    await using zk = await connect(hosts);
    const { read, write } = new ReadWriteLock(zk, path);
    await peer.acquire(path, "write");
    const reading = read.acquire({ timeoutMs });
    await queued(zk, path, 2);
    await peer.downgrade(path);
    const reader = await reading;
    const writing = watched(write.acquire({ timeoutMs }));
    await queued(zk, path, 3);
    expect((await read.contenders()).map(({ holds }) => holds)).toEqual([true, true, false]);
    await reader.release();
    await queued(zk, path, 2);
    expect(writing.isSettled).toBe(false);
    await peer.release(path, "read");
    await (await writing.promise).release();
  });

  it("ask each other to give way", async () => {
    const path = uniqueRoot();
    await using peer = await startCuratorReadWrite(hosts);
    await using zk = await connect(hosts);
    const lock = new Lock(zk, path, { identifier: "zookit" });

    await peer.acquire(path, "mutex");
    const asked = peer.asked(path);
    expect(await lock.requestRelease()).toBe(true);
    await asked;
    await peer.release(path, "mutex");

    const handle = await lock.acquire({ timeoutMs });
    const told = new Promise((resolve) => handle.releaseRequested.addEventListener("abort", resolve));
    await peer.ask(handle.path);
    await told;
    expect(handle.isHeld()).toBe(true);
    const identifier = async () => (await lock.contenders())[0]?.identifier;
    await waitUntil(async () => (await identifier()) === "zookit", { what: "its identifier is there again" });
    await handle.release();
    await peer.acquire(path, "mutex", { timeoutMs });
  });
});
