import { NoNodeError, type ZooKeeper } from "@zookit/core";
import { Semaphore, type SemaphoreHandle } from "@zookit/lock";
import { type SimulatedEnsemble, simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { childrenOf, openClient, SESSION_MS, waitFor } from "./support/clients.js";
import { semaphoreStory } from "./support/semaphore-story.js";

const PATH = "/semaphore";
const LEASES = `${PATH}/leases`;
const LOCKS = `${PATH}/locks`;

async function openClients<const Count extends number>(ensemble: SimulatedEnsemble, count: Count) {
  return await Promise.all(Array.from({ length: count }, () => openClient(ensemble)));
}

/** Whether somebody is first in the queue and has made its leases, so that there are as many as given. */
function isFirstWaiting(ensemble: SimulatedEnsemble, leases: number): boolean {
  return childrenOf(ensemble, LOCKS).length > 0 && childrenOf(ensemble, LEASES).length === leases;
}

async function closeAll(clients: readonly ZooKeeper[]): Promise<void> {
  await Promise.all(clients.map((zk) => zk.close()));
}

test("a member that was told another limit is refused, and has made nothing (H62)", async () => {
  await simulate(async (ensemble) => {
    const [one, other] = (await openClients(ensemble, 2)) as [ZooKeeper, ZooKeeper];
    const handle = await new Semaphore(one, PATH, 3).acquire();
    const before = ensemble.log.length;
    const wrong = new Semaphore(other, PATH, 4);
    const refusal = { code: "limit-mismatch", path: PATH, outcome: "not-applied" };
    await expect(wrong.acquire()).rejects.toMatchObject(refusal);
    await expect(wrong.tryAcquire()).rejects.toMatchObject(refusal);
    await expect(wrong.setLimit(4)).rejects.toMatchObject(refusal);
    await expect(wrong.limit()).rejects.toMatchObject(refusal);
    await expect(wrong.holders()).rejects.toMatchObject(refusal);
    expect(ensemble.log.slice(before).filter(({ write }) => write.type === "create")).toEqual([]);
    await handle.release();
    await closeAll([one, other]);
  });
});

test("a record that is no number of permits is refused, and left as it is (H62)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    await zk.create(`${PATH}/limit`, "three", { parents: true });
    await expect(new Semaphore(zk, PATH, 3).acquire()).rejects.toMatchObject({ code: "limit-mismatch" });
    await expect(new Semaphore(zk, PATH, 3).setLimit(2)).rejects.toMatchObject({ code: "limit-mismatch" });
    expect((await zk.get(`${PATH}/limit`)).data.toString()).toBe("three");
    await zk.close();
  });
});

test("after the limit was changed, new members that say the old number or the new one are accepted, others not (H62)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const old = new Semaphore(zk, PATH, 1);
    await old.setLimit(3);
    for (const member of [old, new Semaphore(zk, PATH, 1), new Semaphore(zk, PATH, 3)]) {
      expect(await member.limit()).toBe(3);
      await (await member.acquire({ permits: 3 })).release();
    }
    await expect(new Semaphore(zk, PATH, 2).acquire()).rejects.toMatchObject({ code: "limit-mismatch" });
    await new Semaphore(zk, PATH, 3).setLimit(4);
    await expect(new Semaphore(zk, PATH, 1).acquire()).rejects.toMatchObject({ code: "limit-mismatch" });
    // Who was accepted once follows.
    await (await old.acquire({ permits: 4 })).release();
    await zk.close();
  });
});

test("setting the limit under a deadline tells that it may be set, if the answer does not come in time (H7)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const semaphore = new Semaphore(zk, PATH, 2);
    await (await semaphore.acquire()).release();
    ensemble.planFaults(({ operation }) =>
      operation === "set" ? { point: "silence", consequence: "reconnect" } : undefined,
    );
    const setting = semaphore.setLimit(3, { timeoutMs: 100 });
    await expect(setting).rejects.toMatchObject({ code: "timeout", outcome: "unknown" });
    ensemble.planFaults(({ operation }) =>
      operation === "get" ? { point: "silence", consequence: "reconnect" } : undefined,
    );
    const reading = semaphore.setLimit(4, { timeoutMs: 100 });
    await expect(reading).rejects.toMatchObject({ code: "timeout", outcome: "not-applied" });
    await zk.close();
  });
});

test("the first use of a semaphore is repeated when its answer is lost, also by setting the limit", async () => {
  for (const use of ["acquire", "setLimit"] as const) {
    await simulate(async (ensemble) => {
      const zk = await openClient(ensemble);
      let isLost = false;
      ensemble.planFaults(({ operation, path }) => {
        if (isLost || operation !== "create" || path !== `${PATH}/limit`) return undefined;
        isLost = true;
        return { point: "reply-lost", consequence: "reconnect" };
      });
      const semaphore = new Semaphore(zk, PATH, 2);
      await (use === "acquire" ? semaphore.acquire() : semaphore.setLimit(3));
      expect(isLost).toBe(true);
      expect(await semaphore.limit()).toBe(use === "acquire" ? 2 : 3);
      await zk.close();
    });
  }
});

test("whoever waits is granted at once when the limit is raised, and not before enough is free when it is lowered (H62)", async () => {
  await simulate(async (ensemble, time) => {
    const clients = (await openClients(ensemble, 4)) as [ZooKeeper, ZooKeeper, ZooKeeper, ZooKeeper];
    const [first, second, third, operator] = clients.map((zk) => new Semaphore(zk, PATH, 2)) as [
      Semaphore,
      Semaphore,
      Semaphore,
      Semaphore,
    ];
    const held = [await first.acquire(), await first.acquire()] as const;
    const waiting = second.acquire();
    await waitFor(time, "the waiter's lease", () => isFirstWaiting(ensemble, 3));
    await time.pass(100);
    await operator.setLimit(3);
    const raised = await waiting;
    await operator.setLimit(1);
    expect([...held, raised].map((handle) => handle.isHeld())).toEqual([true, true, true]);
    expect((await operator.holders()).map(({ permits }) => permits)).toEqual([1, 1, 1]);
    let isGranted = false;
    const next = third.acquire().then((handle) => {
      isGranted = true;
      return handle;
    });
    for (const handle of [...held, raised]) {
      await time.pass(500);
      expect(isGranted).toBe(false);
      await handle.release();
    }
    await (await next).release();
    await closeAll(clients);
  });
});

test("more permits than there are is refused at once, and when the limit is lowered below what somebody waits for (H63)", async () => {
  await simulate(async (ensemble, time) => {
    const [one, other] = (await openClients(ensemble, 2)) as [ZooKeeper, ZooKeeper];
    const semaphore = new Semaphore(one, PATH, 3);
    await expect(semaphore.acquire({ permits: 4 })).rejects.toMatchObject({ code: "too-many-permits" });
    await expect(semaphore.tryAcquire({ permits: 4 })).rejects.toMatchObject({ code: "too-many-permits" });
    const handle = await semaphore.acquire();
    const refused = expect(new Semaphore(other, PATH, 3).acquire({ permits: 3 })).rejects.toMatchObject({
      code: "too-many-permits",
    });
    await waitFor(time, "its leases wait", () => isFirstWaiting(ensemble, 4));
    await time.pass(100);
    await semaphore.setLimit(2);
    await refused;
    expect(childrenOf(ensemble, LEASES)).toHaveLength(1);
    expect(childrenOf(ensemble, LOCKS)).toEqual([]);
    await handle.release();
    await closeAll([one, other]);
  });
});

test("more permits than there are is refused before anything is made for it, also where the limit was seen before (H63)", async () => {
  await simulate(async (ensemble) => {
    const clients = await openClients(ensemble, 2);
    const [semaphore, other] = clients.map((zk) => new Semaphore(zk, PATH, 3)) as [Semaphore, Semaphore];
    await (await semaphore.acquire()).release();
    const before = ensemble.log.length;
    const most = 2 ** 31 - 1;
    await expect(semaphore.acquire({ permits: 4 })).rejects.toMatchObject({ code: "too-many-permits" });
    await expect(semaphore.tryAcquire({ permits: most })).rejects.toMatchObject({ code: "too-many-permits" });
    expect(ensemble.log.slice(before).filter(({ write }) => write.type === "create")).toEqual([]);
    // What it has seen of the limit can be out of date.
    await other.setLimit(5);
    await (await semaphore.acquire({ permits: 5 })).release();
    await closeAll(clients);
  });
});

test("many who each ask for several permits never wait for each other: all have been granted in the end (H63)", async () => {
  await simulate(async (ensemble) => {
    const clients = await openClients(ensemble, 6);
    const served = clients.map(async (zk, index) => {
      const semaphore = new Semaphore(zk, PATH, 4);
      for (let round = 0; round < 5; round++) {
        const handle = await semaphore.acquire({ permits: 2 + (index % 3) });
        await handle.release();
      }
    });
    await Promise.all(served);
    expect(childrenOf(ensemble, LEASES)).toEqual([]);
    await closeAll(clients);
  });
});

test("they are granted in the order in which they queued, however few permits the later ones want (H63)", async () => {
  await simulate(async (ensemble, time) => {
    const clients = await openClients(ensemble, 5);
    const [holder, ...waiters] = clients.map((zk) => new Semaphore(zk, PATH, 3)) as [Semaphore, ...Semaphore[]];
    const held = [await holder.acquire(), await holder.acquire({ permits: 2 })] as const;
    const order: number[] = [];
    const ahead: number[] = [];
    const waiting = waiters.map(async (semaphore, index) => {
      await waitFor(time, "its turn to ask", () => childrenOf(ensemble, LOCKS).length === index);
      const onWaiting = (count: number) => void (index === 3 && ahead.push(count));
      const handle = await semaphore.acquire({ permits: index === 0 ? 3 : 1, onWaiting });
      order.push(index);
      await time.pass(50);
      await handle.release();
    });
    await waitFor(time, "all are queueing", () => childrenOf(ensemble, LOCKS).length === 4);
    await held[1].release();
    // Two are free by now, but the first in the queue wants three.
    expect(await holder.tryAcquire()).toBeUndefined();
    await time.pass(200);
    expect(order).toEqual([]);
    await held[0].release();
    await Promise.all(waiting);
    expect(order).toEqual([0, 1, 2, 3]);
    expect(ahead[0]).toBe(3);
    expect(ahead).toEqual(ahead.toSorted((a, b) => b - a));
    await closeAll(clients);
  });
});

test("whoever comes later gets nothing while somebody is queueing, also when permits are free (H63)", async () => {
  await simulate(async (ensemble, time) => {
    const clients = await openClients(ensemble, 4);
    const [holder, first, second, late] = clients.map((zk) => new Semaphore(zk, PATH, 2)) as [
      Semaphore,
      Semaphore,
      Semaphore,
      Semaphore,
    ];
    const held = await holder.acquire({ permits: 2 });
    const handles: SemaphoreHandle[] = [];
    const waiting = [first, second].map(async (semaphore) => void handles.push(await semaphore.acquire()));
    await waitFor(time, "both are queueing", () => childrenOf(ensemble, LOCKS).length === 2);
    const releasing = held.release();
    // The second has no leases until the first has left the queue.
    while (handles.length < 2) expect(await late.tryAcquire()).toBeUndefined();
    await Promise.all([releasing, ...waiting, ...handles.map((handle) => handle.release())]);
    await closeAll(clients);
  });
});

test("a release wakes one waiter, which needs three requests, however many wait (H39)", async () => {
  await simulate(async (ensemble, time) => {
    const clients = await openClients(ensemble, 21);
    const [holder, ...waiters] = clients.map((zk) => new Semaphore(zk, PATH, 2)) as [Semaphore, ...Semaphore[]];
    const held = [await holder.acquire(), await holder.acquire()] as const;
    const handles: SemaphoreHandle[] = [];
    const waiting = waiters.map(async (semaphore) => void handles.push(await semaphore.acquire()));
    await waitFor(time, "all are queueing", () => childrenOf(ensemble, LOCKS).length === 20);
    await time.pass(300);
    let requests = 0;
    ensemble.planFaults(({ operation }) => {
      if (operation !== "sync" && handles.length === 0) requests++;
      return undefined;
    });
    await held[0].release();
    await waitFor(time, "one is granted", () => handles.length === 1);
    // The deletion, three that the first in the queue looks at, and its leaving the queue.
    expect(requests).toBe(5);
    await held[1].release();
    while (handles.length < 20) {
      await handles.at(-1)?.release();
      await time.pass(20);
    }
    await Promise.all([...waiting, ...handles.map((handle) => handle.release())]);
    await closeAll(clients);
  });
});

test("an uncontended acquisition is four requests that travel together, and tokens increase", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const semaphore = new Semaphore(zk, PATH, 2);
    let last = (await semaphore.acquire()).fencingToken;
    for (let round = 0; round < 5; round++) {
      const [sent, begun] = [ensemble.operationCount, time.elapsedMs];
      const handle = await semaphore.acquire();
      expect(ensemble.operationCount - sent).toBe(4);
      expect(handle.fencingToken).toBeGreaterThan(last);
      last = handle.fencingToken;
      await handle.release();
      expect(ensemble.operationCount - sent).toBe(5);
      expect(time.elapsedMs - begun).toBeLessThan(100);
    }
    await zk.close();
  });
});

test("whoever loses one of its leases to somebody's hand has lost all, and gives the others back (H46, H63)", async () => {
  await simulate(async (ensemble, time) => {
    const [one, other] = (await openClients(ensemble, 2)) as [ZooKeeper, ZooKeeper];
    const handle = await new Semaphore(one, PATH, 2).acquire({ permits: 2 });
    await time.pass(300);
    const [name] = childrenOf(ensemble, LEASES);
    await other.delete(`${LEASES}/${name}`);
    await waitFor(time, "it is told", () => handle.lost.aborted);
    expect(handle.lost.reason).toMatchObject({ code: "lock-lost", path: PATH });
    expect(() => handle.assertHeld()).toThrow("not held");
    await waitFor(time, "the other one is gone", () => childrenOf(ensemble, LEASES).length === 0);
    await closeAll([one, other]);
  });
});

test("the first in the queue goes on when its leases or its place are deleted by somebody's hand (H45)", async () => {
  for (const folder of [LEASES, LOCKS]) {
    await simulate(async (ensemble, time) => {
      const [one, other] = (await openClients(ensemble, 2)) as [ZooKeeper, ZooKeeper];
      const held = await new Semaphore(one, PATH, 2).acquire({ permits: 2 });
      const waiting = new Semaphore(other, PATH, 2).acquire({ permits: 2 });
      await waitFor(time, "its leases wait", () => isFirstWaiting(ensemble, 4));
      const names = childrenOf(ensemble, folder).map((name) => `${folder}/${name}`);
      await one.delete(names.findLast((path) => !path.startsWith(held.path.slice(0, -10))) ?? "");
      await time.pass(200);
      expect(isFirstWaiting(ensemble, 4)).toBe(true);
      await held.release();
      await (await waiting).release();
      await time.pass(50);
      expect([...childrenOf(ensemble, LEASES), ...childrenOf(ensemble, LOCKS)]).toEqual([]);
      await closeAll([one, other]);
    });
  }
});

test("a block gives its permits back, and rejects if they were lost while it ran (H13)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const semaphore = new Semaphore(zk, PATH, 2);
    expect(await semaphore.withPermits((handle) => handle.permits, { permits: 2 })).toBe(2);
    expect(childrenOf(ensemble, LEASES)).toEqual([]);
    const failure = new Error("from the block");
    await expect(semaphore.withPermits(() => Promise.reject(failure))).rejects.toBe(failure);
    // Further permits are no nesting.
    await semaphore.withPermits(() => semaphore.withPermits(() => {}));
    const losing = semaphore.withPermits(async (handle) => {
      ensemble.expireSession(zk.session.id);
      await new Promise((resolve) => handle.lost.addEventListener("abort", resolve));
    });
    await expect(losing).rejects.toMatchObject({ code: "lock-lost", path: PATH, outcome: "unknown" });
    await zk.close();
  });
});

test("what is thrown when it is told of its position ends the waiting, and leaves nothing behind", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const semaphore = new Semaphore(zk, PATH, 1);
    const held = await semaphore.acquire();
    // Such an error of our own would only make it begin again.
    const enough = new NoNodeError("enough");
    const onWaiting = () => {
      throw enough;
    };
    await expect(semaphore.acquire({ onWaiting })).rejects.toBe(enough);
    expect(childrenOf(ensemble, LOCKS)).toEqual([]);
    expect(childrenOf(ensemble, LEASES)).toHaveLength(1);
    await held.release();
    await zk.close();
  });
});

test("after a stall longer than the session the first line that runs finds that nothing is held (H14)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const handle = await new Semaphore(zk, PATH, 2).acquire({ permits: 2 });
    time.stall(SESSION_MS);
    expect(handle.isHeld()).toBe(false);
    expect(handle.lost.reason).toMatchObject({ code: "lock-lost" });
    await zk.close();
  });
});

test("processes that crash and start again in a tight loop keep nobody waiting for longer than one session (H30)", async () => {
  await simulate(async (ensemble, time) => {
    const crashed: ZooKeeper[] = [];
    for (let restart = 0; restart < 50; restart++) {
      const zk = await openClient(ensemble);
      crashed.push(zk);
      // Some die as holders, most while they queue: all leave their znodes behind.
      void new Semaphore(zk, PATH, 3).acquire().catch(() => {});
      await time.pass(20);
      ensemble.partition(zk.session.id, 100_000);
    }
    const zk = await openClient(ensemble);
    const begun = time.elapsedMs;
    const handle = await new Semaphore(zk, PATH, 3).acquire({ permits: 3 });
    expect(time.elapsedMs - begun).toBeLessThan(1.5 * SESSION_MS);
    await handle.release();
    await closeAll([zk, ...crashed]);
  });
});

test("those who hold are listed, and not the first in the queue whose leases wait", async () => {
  await simulate(async (ensemble, time) => {
    const [one, other] = (await openClients(ensemble, 2)) as [ZooKeeper, ZooKeeper];
    const mine = new Semaphore(one, PATH, 3, { identifier: "mine" });
    expect(await mine.holders()).toEqual([]);
    expect(await mine.limit()).toBe(3);
    const handle = await mine.acquire({ permits: 2 });
    const waiting = new Semaphore(other, PATH, 3, { identifier: "theirs" }).acquire({ permits: 2 });
    await waitFor(time, "its leases wait", () => isFirstWaiting(ensemble, 4));
    const holder = { identifier: "mine", permits: 2, path: handle.path };
    expect(await mine.holders()).toEqual([holder]);
    // A session that holds and waits.
    const both = mine.acquire({ permits: 3 });
    await handle.release();
    const next = await waiting;
    await waitFor(time, "the next one's leases wait", () => isFirstWaiting(ensemble, 5));
    expect(await mine.holders()).toEqual([{ identifier: "theirs", permits: 2, path: next.path }]);
    await next.release();
    await (await both).release();
    await closeAll([one, other]);
  });
});

test("an abort at any moment ends with a handle or a rejection, and leaves nothing behind (H4, H47, H48)", async () => {
  const story = { limit: 2, asks: [2, 1], rounds: 1, holdMs: 50, changes: [] };
  const requests = await semaphoreStory({ ...story, troubles: [] });
  for (let index = 0; index < requests; index++) {
    await semaphoreStory({ ...story, troubles: [[index, { kind: "abort" }]] });
    for (const point of ["lost", "reply-lost", "late"] as const) {
      const fault = { kind: "fault", point, consequence: "lagging" } as const;
      const troubles = [[index, { kind: "abort" }] as const, [index + 1, fault] as const];
      await semaphoreStory({ ...story, troubles });
    }
  }
});

test("leases without protection, which nothing tells to belong together, are listed as acquisitions of their own", async () => {
  await simulate(async (ensemble) => {
    const clients = await openClients(ensemble, 2);
    const semaphore = new Semaphore(clients[0] as ZooKeeper, PATH, 5);
    await (await semaphore.acquire()).release();
    for (const [index, zk] of clients.entries()) {
      await zk.create(`${LEASES}/lease-`, String(index), { mode: "ephemeral-sequential" });
    }
    const one = { permits: 1 };
    expect(await semaphore.holders()).toMatchObject([
      { identifier: "0", ...one },
      { identifier: "1", ...one },
    ]);
    await closeAll(clients);
  });
});

test("many permits held together are watched, without a warning of too many listeners", async () => {
  const warnings: Error[] = [];
  const onWarning = (warning: Error) => warnings.push(warning);
  process.on("warning", onWarning);
  try {
    await simulate(async (ensemble, time) => {
      const zk = await openClient(ensemble);
      const handle = await new Semaphore(zk, PATH, 20).acquire({ permits: 20 });
      await time.pass(500); // by now each of its znodes is watched
      const [first] = childrenOf(ensemble, LEASES);
      await zk.delete(`${LEASES}/${first}`);
      await waitFor(time, "the handle is lost", () => handle.lost.aborted);
      await zk.close();
    });
  } finally {
    process.off("warning", onWarning);
  }
  expect(warnings).toEqual([]);
});
