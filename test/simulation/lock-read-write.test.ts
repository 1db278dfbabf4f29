import { connect, type ZooKeeper } from "@zookit/core";
import { DowngradeError, Lock, LockLostError, MultiLock, NestedAcquireError, ReadWriteLock } from "@zookit/lock";
import { type SimulatedEnsemble, simulate, type VirtualTime } from "@zookit/testing";
import { describe, expect, test } from "vitest";
import { childrenOf, openClient, SESSION_MS, waitFor } from "./support/clients.js";

const PATH = "/read-write";

interface Scene {
  readonly ensemble: SimulatedEnsemble;
  readonly time: VirtualTime;
  readonly zk: ZooKeeper;
  /** One lock, of two clients. */
  readonly lock: ReadWriteLock;
  readonly other: ReadWriteLock;
  /** Waits until so many contend. */
  queued(count: number): Promise<void>;
}

async function scene(play: (scene: Scene) => Promise<void>): Promise<void> {
  await simulate(async (ensemble, time) => {
    const [zk, otherZk] = [await openClient(ensemble), await openClient(ensemble)];
    await play({
      ensemble,
      time,
      zk,
      lock: new ReadWriteLock(zk, PATH, { identifier: "one" }),
      other: new ReadWriteLock(otherZk, PATH, { identifier: "other" }),
      queued: (count) => waitFor(time, `${count} contend`, () => childrenOf(ensemble, PATH).length === count),
    });
    await Promise.all([zk.close(), otherZk.close()]);
  });
}

/** Whether it is granted already. */
function watched<T>(acquiring: Promise<T>): { readonly acquiring: Promise<T>; isGranted: boolean } {
  const watching = { acquiring, isGranted: false };
  acquiring.then(
    () => {
      watching.isGranted = true;
    },
    () => {},
  );
  return watching;
}

describe("readers and writers", () => {
  test("read together, and write alone", async () => {
    await scene(async ({ lock, other, time, queued }) => {
      const [first, second] = [await lock.read.acquire(), await other.read.acquire()];
      expect([first.isHeld(), second.isHeld()]).toEqual([true, true]);
      const writing = watched(lock.write.acquire());
      await queued(3);
      await second.release();
      await time.pass(50);
      expect(writing.isGranted).toBe(false);
      await first.release();
      const writer = await writing.acquiring;
      expect(await other.read.tryAcquire()).toBeUndefined();
      expect(await other.write.tryAcquire()).toBeUndefined();
      await writer.release();
      expect(await other.read.tryAcquire()).toBeDefined();
    });
  });

  test("wait in the order of their arrival: a reader for no later writer, and not before an earlier one (H59)", async () => {
    await scene(async ({ lock, other, time, queued }) => {
      const writer = await lock.write.acquire();
      const reading = watched(other.read.acquire());
      await queued(2);
      const nextWriting = watched(lock.write.acquire());
      await queued(3);
      const lastReading = watched(other.read.acquire());
      await queued(4);
      await writer.release();
      const reader = await reading.acquiring;
      await time.pass(50);
      expect([nextWriting.isGranted, lastReading.isGranted]).toEqual([false, false]);
      await reader.release();
      const nextWriter = await nextWriting.acquiring;
      await time.pass(50);
      expect(lastReading.isGranted).toBe(false);
      await nextWriter.release();
      await (await lastReading.acquiring).release();
    });
  });

  test("wake nobody in vain: a reader is woken by the nearest writer before it, and by no other (H39)", async () => {
    await scene(async ({ ensemble, lock, other, time, queued }) => {
      const writer = await lock.write.acquire();
      const nextWriting = other.write.acquire();
      await queued(2);
      const reading = watched(lock.read.acquire());
      await queued(3);
      await time.pass(50);
      const listings: string[] = [];
      ensemble.planFaults(({ operation, session }) => {
        if (operation === "children") listings.push(session);
        return undefined;
      });
      await writer.release();
      const nextWriter = await nextWriting;
      await time.pass(50);
      // The next writer's own.
      expect(listings).toHaveLength(1);
      await nextWriter.release();
      await (await reading.acquiring).release();
      expect(listings).toHaveLength(2);
    });
  });

  test("are listed in one queue, with those that hold in front", async () => {
    await scene(async ({ lock, other, queued }) => {
      const readers = [await lock.read.acquire(), await other.read.acquire()];
      const writing = lock.write.acquire();
      await queued(3);
      const reading = other.read.acquire();
      await queued(4);
      for (const side of [lock.read, lock.write]) {
        expect((await side.contenders()).map(({ identifier, holds }) => [identifier, holds])).toEqual([
          ["one", true],
          ["other", true],
          ["one", false],
          ["other", false],
        ]);
      }
      for (const reader of readers) await reader.release();
      const writer = await writing;
      expect((await lock.read.contenders()).map(({ holds }) => holds)).toEqual([true, false]);
      await writer.release();
      await (await reading).release();
    });
  });

  test("take a plain lock in kazoo's dialect for a writer, as kazoo does, and children of other kinds for nobody (H56)", async () => {
    await scene(async ({ zk, queued }) => {
      const lock = new ReadWriteLock(zk, PATH, { dialect: "kazoo" });
      await zk.create(`${PATH}/config-0000000000`, "", { parents: true });
      const plain = await new Lock(zk, PATH, { dialect: "kazoo" }).acquire();
      await zk.create(`${PATH}/_c_00000000-0000-0000-0000-000000000000-lock-0000000000`);
      expect(await lock.read.tryAcquire()).toBeUndefined();
      const reading = lock.read.acquire();
      await queued(4);
      await plain.release();
      await (await reading).release();
    });
  });
});

describe("a writer that becomes a reader", () => {
  test("keeps its place and its token: readers behind it come in, a waiting writer does not (H60)", async () => {
    await scene(async ({ lock, other, time, queued }) => {
      const writer = await lock.write.acquire();
      const reading = watched(other.read.acquire());
      await queued(2);
      const writing = watched(other.write.acquire());
      await queued(3);
      const reader = await writer.downgrade();
      expect([writer.isHeld(), writer.lost.aborted, reader.isHeld()]).toEqual([false, false, true]);
      expect(reader.fencingToken).toBe(writer.fencingToken);
      await (await reading.acquiring).release();
      await time.pass(50);
      expect(writing.isGranted).toBe(false);
      expect((await lock.read.contenders()).map(({ path, holds }) => [path === reader.path, holds])).toEqual([
        [true, true],
        [false, false],
      ]);
      await reader.release();
      const next = await writing.acquiring;
      expect(next.fencingToken).toBeGreaterThan(reader.fencingToken);
      await next.release();
    });
  });

  test("does not hand over to the next writer of its own client either (H60)", async () => {
    await scene(async ({ lock, time, queued }) => {
      const writer = await lock.write.acquire();
      const writing = watched(lock.write.acquire());
      await queued(2);
      const next = watched(lock.read.acquire());
      await queued(3);
      await time.pass(50);
      const reader = await writer.downgrade();
      await time.pass(50);
      expect([writing.isGranted, next.isGranted]).toEqual([false, false]);
      await reader.release();
      await (await writing.acquiring).release();
      await (await next.acquiring).release();
    });
  });

  test("is the only one of its kind, also if the answer to its create is lost (H8)", async () => {
    await scene(async ({ ensemble, lock }) => {
      const writer = await lock.write.acquire();
      let isLost = false;
      ensemble.planFaults(({ operation, path }) => {
        if (isLost || operation !== "create" || !path.includes("__READ__")) return undefined;
        isLost = true;
        return { point: "reply-lost", consequence: "lagging" };
      });
      const reader = await writer.downgrade();
      expect(isLost).toBe(true);
      expect(childrenOf(ensemble, PATH)).toEqual([reader.path.slice(PATH.length + 1)]);
      await reader.release();
      expect(childrenOf(ensemble, PATH)).toEqual([]);
    });
  });

  test("writes on, and has left nothing, where it gave up before it could become one (H47, H48)", async () => {
    await scene(async ({ ensemble, lock, time }) => {
      const writer = await lock.write.acquire();
      ensemble.planFaults(({ operation, path }) =>
        operation === "create" && path.includes("__READ__")
          ? { point: "silence", consequence: "reconnect" }
          : undefined,
      );
      await expect(writer.downgrade({ timeoutMs: 20 })).rejects.toMatchObject({ code: "timeout" });
      ensemble.planFaults(() => undefined);
      expect(writer.isHeld()).toBe(true);
      await waitFor(time, "only the writer is left", () => childrenOf(ensemble, PATH).length === 1);
      await (await writer.downgrade()).release();
    });
  });

  test("is refused once its znode was deleted by somebody else: a writer may have come in (H46, H60)", async () => {
    await scene(async ({ ensemble, zk, lock, other, queued }) => {
      const writer = await lock.write.acquire();
      const writing = other.write.acquire();
      await queued(2);
      await zk.delete(writer.path);
      const next = await writing;
      await expect(writer.downgrade()).rejects.toBeInstanceOf(LockLostError);
      expect(writer.lost.reason).toBeInstanceOf(LockLostError);
      expect(childrenOf(ensemble, PATH)).toHaveLength(1);
      await next.release();
    });
  });

  test("is refused when the writer was released or lost, with the reason", async () => {
    await scene(async ({ lock, time }) => {
      const released = await lock.write.acquire();
      await released.release();
      await expect(released.downgrade()).rejects.toThrow("it was released");
      const lost = await lock.write.acquire();
      time.stall(SESSION_MS);
      await expect(lost.downgrade()).rejects.toBe(lost.lost.reason);
    });
  });

  test("becomes one once, also if it is asked twice at a time", async () => {
    await scene(async ({ ensemble, lock }) => {
      const writer = await lock.write.acquire();
      const [first, second] = await Promise.allSettled([writer.downgrade(), writer.downgrade()]);
      expect(first.status).toBe("fulfilled");
      expect(second).toMatchObject({ status: "rejected", reason: { code: "lock-lost" } });
      expect(childrenOf(ensemble, PATH)).toHaveLength(1);
    });
  });
});

describe("with a sequence counter near its end", () => {
  async function atNumber(number: number, { ensemble, zk, time }: Scene): Promise<void> {
    await zk.create(PATH);
    const isThere = ({ tree }: { tree: SimulatedEnsemble["tree"] }) =>
      tree.read({ type: "exists", path: PATH }, []).code === 0;
    await waitFor(time, "every server has it", () => ensemble.servers.every(isThere));
    for (const { tree } of ensemble.servers) tree.override(PATH, { creations: number });
  }

  test("a writer that became a reader stays before those who came after it, who have no numbers of their own (H54, H60)", async () => {
    await scene(async (given) => {
      await atNumber(2 ** 31 - 3, given);
      const { lock, other, time, queued } = given;
      const writer = await lock.write.acquire();
      const writing = watched(other.write.acquire());
      await queued(2);
      const last = watched(lock.write.acquire());
      await queued(3);
      const reader = await writer.downgrade();
      await time.pass(50);
      expect(writing.isGranted).toBe(false);
      expect((await lock.read.contenders())[0]).toMatchObject({ path: reader.path, holds: true });
      await reader.release();
      await (await writing.acquiring).release();
      await (await last.acquiring).release();
    });
  });

  test("a writer without a number of its own cannot become a reader, and writes on (H54)", async () => {
    await scene(async (given) => {
      await atNumber(2 ** 31 - 1, given);
      const writer = await given.lock.write.acquire();
      await expect(writer.downgrade()).rejects.toBeInstanceOf(DowngradeError);
      expect(writer.isHeld()).toBe(true);
      expect(childrenOf(given.ensemble, PATH)).toHaveLength(1);
      await writer.release();
    });
  });
});

describe("inside a block of either side, the lock is refused at once, as it would wait for itself (H51, H61)", () => {
  const refused = (acquiring: Promise<unknown>) => expect(acquiring).rejects.toBeInstanceOf(NestedAcquireError);

  test("to readers that want to write, or to read again", async () => {
    await scene(async ({ lock }) => {
      await lock.read.withLock(async () => {
        await refused(lock.write.acquire());
        await refused(lock.read.withLock(() => {}));
        await refused(new MultiLock([lock.write]).acquire());
      });
      await (await lock.write.acquire()).release();
    });
  });

  test("to writers that want to read or write, also once they have become readers", async () => {
    await scene(async ({ lock }) => {
      await lock.write.withLock(async (writer) => {
        await refused(lock.read.acquire());
        await refused(lock.write.acquire());
        const reader = await writer.downgrade();
        await refused(lock.write.acquire());
        await reader.release();
        await (await lock.write.acquire()).release();
      });
    });
  });
});

test("a client without an ACL at creation gives the reader's znode its ACL", async () => {
  await simulate(
    async (ensemble) => {
      const acl = [{ scheme: "world", id: "anyone", permissions: 31 }];
      const zk = await connect("simulated", { transport: ensemble.transport, sessionTimeoutMs: SESSION_MS, acl });
      const writer = await new ReadWriteLock(zk, PATH).write.acquire();
      const reader = await writer.downgrade();
      const set = ensemble.log.filter(({ write }) => write.type === "setAcl" && write.path === reader.path);
      expect(set).toHaveLength(1);
      await reader.release();
      await zk.close();
    },
    { createsWithAcl: false },
  );
});
