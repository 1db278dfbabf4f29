import { type BarrierMembership, BrokenBarrierError, DoubleBarrier } from "@zookit/barrier";
import type { ZooKeeper } from "@zookit/core";
import { type SimulatedEnsemble, simulate, type VirtualTime } from "@zookit/testing";
import { expect, test } from "vitest";
import { childrenOf, openClient, SESSION_MS, waitFor } from "./support/clients.js";

const PATH = "/barrier";

interface Stage {
  readonly ensemble: SimulatedEnsemble;
  readonly time: VirtualTime;
  readonly clients: readonly [ZooKeeper, ZooKeeper];
  readonly barriers: readonly [DoubleBarrier, DoubleBarrier];
}

/** Two participants of a barrier for two. */
async function withTwo(story: (stage: Stage) => Promise<void>): Promise<void> {
  await simulate(async (ensemble, time) => {
    const clients = [await openClient(ensemble), await openClient(ensemble)] as const;
    const barriers = [new DoubleBarrier(clients[0], PATH, 2), new DoubleBarrier(clients[1], PATH, 2)] as const;
    await story({ ensemble, time, clients, barriers });
    await Promise.all(clients.map((zk) => zk.close()));
  });
}

/** What becomes of a promise, to be read at any time. */
function watched<T>(promise: Promise<T>): {
  readonly promise: Promise<T>;
  state: "pending" | "fulfilled" | "rejected";
} {
  const result: { promise: Promise<T>; state: "pending" | "fulfilled" | "rejected" } = { promise, state: "pending" };
  promise.then(
    () => {
      result.state = "fulfilled";
    },
    () => {
      result.state = "rejected";
    },
  );
  return result;
}

test("a participant that is woken without enough others being there goes on waiting (H32, H34, H68)", async () => {
  await withTwo(async ({ ensemble, time, clients: [zk, other], barriers: [first, second] }) => {
    const entering = watched(first.enter());
    await time.pass(100);
    ensemble.dropConnection(zk.session.id);
    await time.pass(300);
    const { data } = await other.get(PATH);
    await other.set(PATH, data);
    await time.pass(300);
    expect(entering.state).toBe("pending");
    await Promise.all([entering.promise, second.enter()]);
  });
});

test("entering that fails says so, and does not look like having entered (H69)", async () => {
  await withTwo(async ({ time, clients: [zk], barriers: [first] }) => {
    const entering = watched(first.enter());
    await time.pass(100);
    await zk.close();
    await expect(entering.promise).rejects.toMatchObject({ code: "closed" });
    await expect(first.leave()).rejects.toMatchObject({ code: "barrier-state" });
  });
});

test("what is no member does not count: ready, names of other recipes, members of other generations (H70)", async () => {
  await withTwo(async ({ time, clients: [, other], barriers: [first, second] }) => {
    await other.ensurePath(`${PATH}/ready`);
    for (const name of ["lock-0000000001", `g1-${"a".repeat(32)}-${"b".repeat(32)}`, "a".repeat(32)]) {
      await other.create(`${PATH}/${name}`, "", { mode: "ephemeral" });
    }
    const entering = watched(first.enter());
    await time.pass(500);
    expect(entering.state).toBe("pending");
    await Promise.all([entering.promise, second.enter()]);
    await Promise.all([first.leave(), second.leave()]);
  });
});

test("a participant that was cut off while the last one came enters when it is back, and nobody leaves before it (H33, H71)", async () => {
  await withTwo(async ({ ensemble, time, clients: [zk], barriers: [first, second] }) => {
    const entering = watched(first.enter());
    await time.pass(100);
    ensemble.partition(zk.session.id, SESSION_MS / 2);
    await second.enter();
    const leaving = watched(second.leave());
    await time.pass(SESSION_MS / 4);
    expect([entering.state, leaving.state]).toEqual(["pending", "pending"]);
    await entering.promise;
    await time.pass(200);
    expect(leaving.state).toBe("pending");
    await first.leave();
    await leaving.promise;
  });
});

test("a generation whose members have all died inside stands in nobody's way (H71)", async () => {
  await withTwo(async ({ ensemble, time, clients, barriers: [first, second] }) => {
    const died = await Promise.all([first.enter(), second.enter()]);
    const [third, fourth] = [await openClient(ensemble), await openClient(ensemble)];
    const [late, later] = [new DoubleBarrier(third, PATH, 2), new DoubleBarrier(fourth, PATH, 2)];
    const entering = [watched(late.enter()), watched(later.enter())];
    await time.pass(300);
    expect(entering.map(({ state }) => state)).toEqual(["pending", "pending"]);
    for (const zk of clients) ensemble.partition(zk.session.id, 60_000);
    const [{ generation }] = (await Promise.all(entering.map(({ promise }) => promise))) as [BarrierMembership];
    expect(generation).toBe(Number(died[0].generation) + 1);
    await Promise.all([late.leave(), later.leave()]);
    await Promise.all([third.close(), fourth.close()]);
  });
});

test("leaving ends in time when it is told to, has left, and the next generation is not mistaken for this one (H72)", async () => {
  await withTwo(async ({ ensemble, barriers: [first, second] }) => {
    await Promise.all([first.enter(), second.enter()]);
    await expect(first.leave({ timeoutMs: 200 })).rejects.toMatchObject({ code: "timeout" });
    expect(childrenOf(ensemble, PATH)).toHaveLength(1);
    // It enters the next time while the other one has not left yet.
    const again = first.enter();
    await second.leave();
    await Promise.all([again, second.enter()]);
    await Promise.all([first.leave(), second.leave()]);
    expect(childrenOf(ensemble, PATH)).toEqual([]);
  });
});

test("a participant that dies before the generation is full does not count: the others wait for one in its place (H73)", async () => {
  await withTwo(async ({ ensemble, time, clients: [zk], barriers: [first, second] }) => {
    const dead = new AbortController();
    first.enter({ signal: dead.signal }).catch(() => {});
    await time.pass(100);
    ensemble.partition(zk.session.id, 60_000);
    // It leaves its znode behind, and nobody makes another one.
    dead.abort();
    await waitFor(time, "it has died", () => childrenOf(ensemble, PATH).length === 0);
    const entering = watched(second.enter());
    await time.pass(1_000);
    expect(entering.state).toBe("pending");
    const substitute = await openClient(ensemble);
    await Promise.all([entering.promise, new DoubleBarrier(substitute, PATH, 2).enter()]);
    await substitute.close();
  });
});

test("a participant whose session has ended while it waited is there again in the next one (H12, H45)", async () => {
  await withTwo(async ({ ensemble, time, clients: [zk], barriers: [first, second] }) => {
    const entering = first.enter();
    await time.pass(100);
    ensemble.expireSession(zk.session.id);
    await waitFor(time, "it is there again", () => childrenOf(ensemble, PATH).length === 1 && zk.session.epoch === 2);
    await Promise.all([entering, second.enter()]);
  });
});

test("a participant whose znode somebody deletes while it waits makes it again (H45)", async () => {
  await withTwo(async ({ ensemble, time, clients: [, other], barriers: [first, second] }) => {
    const entering = first.enter();
    await time.pass(100);
    await other.delete(`${PATH}/${childrenOf(ensemble, PATH)[0]}`);
    await waitFor(time, "it is there again", () => childrenOf(ensemble, PATH).length === 1);
    await Promise.all([entering, second.enter()]);
  });
});

/** The first one's session ends, and the second one enters, while the first one is cut off and cannot know of either. */
async function countedAndLost({ ensemble, time, clients: [zk], barriers: [first, second] }: Stage) {
  const entering = watched(first.enter());
  await time.pass(100);
  const { id } = zk.session;
  ensemble.partition(id, SESSION_MS / 2);
  await second.enter();
  ensemble.expireSession(id);
  return entering;
}

test("a participant that was counted before its session ended is inside again, if the others still are (H12)", async () => {
  await withTwo(async (stage) => {
    const entering = await countedAndLost(stage);
    const seen = await stage.clients[1].get(PATH);
    const { lost } = await entering.promise;
    expect([lost.aborted, stage.clients[0].session.epoch]).toEqual([false, 2]);
    // Whoever looked while it was gone, and is about to end the generation, must look again.
    const ended = stage.clients[1].set(PATH, seen.data, { version: seen.stat.version });
    await expect(ended).rejects.toMatchObject({ code: "bad-version" });
    const leaving = watched(stage.barriers[1].leave());
    await stage.time.pass(500);
    expect(leaving.state).toBe("pending");
    await stage.barriers[0].leave();
    await leaving.promise;
  });
});

test("a participant that was counted before its session ended is told so, if the others have left by then (H12)", async () => {
  await withTwo(async (stage) => {
    const entering = await countedAndLost(stage);
    await stage.barriers[1].leave();
    await expect(entering.promise).rejects.toBeInstanceOf(BrokenBarrierError);
    await Promise.all([stage.barriers[0].enter(), stage.barriers[1].enter()]);
  });
});

test("a membership is lost when its session ends, and from the first line that runs after a stall (H14)", async () => {
  await withTwo(async ({ ensemble, time, clients: [zk], barriers: [first, second] }) => {
    const [membership] = await Promise.all([first.enter(), second.enter()]);
    ensemble.partition(zk.session.id, 60_000);
    time.stall(SESSION_MS);
    expect(membership.lost.aborted).toBe(true);
    expect(membership.lost.reason).toBeInstanceOf(BrokenBarrierError);
    await expect(first.leave()).rejects.toBe(membership.lost.reason);
    await expect(first.leave()).rejects.toMatchObject({ code: "barrier-state" });
  });
});

test("an abort that comes too late, when the participant has been counted, does not report a failure (H48)", async () => {
  const seen = new Set<string>();
  for (let afterMs = 0; afterMs < 40; afterMs++) {
    await withTwo(async ({ ensemble, time, barriers: [first, second] }) => {
      const controller = new AbortController();
      const entering = watched(first.enter({ signal: controller.signal }));
      await time.pass(100);
      const other = new AbortController();
      const entered = watched(second.enter({ signal: other.signal }));
      await time.pass(afterMs);
      const { data } = ensemble.tree.read({ type: "get", path: PATH }, []);
      const isCounted = JSON.parse(String(data)).members.length > 0;
      seen.add(`${isCounted ? "counted" : "not counted"}, ${entering.state}`);
      controller.abort(new Error("given up"));
      await Promise.allSettled([entering.promise]);
      if (isCounted) expect(entering.state).toBe("fulfilled");
      if (entering.state === "fulfilled") await entered.promise;
      other.abort();
    });
  }
  expect([...seen].toSorted()).toEqual(["counted, fulfilled", "counted, pending", "not counted, pending"]);
});

test("an abort leaves no znode behind, whenever it comes (H47)", async () => {
  for (let afterMs = 0; afterMs < 30; afterMs++) {
    await withTwo(async ({ ensemble, time, barriers: [first] }) => {
      const controller = new AbortController();
      const reason = new Error("given up");
      const entering = watched(first.enter({ signal: controller.signal }));
      await time.pass(afterMs);
      controller.abort(reason);
      await expect(entering.promise).rejects.toBe(reason);
      expect(childrenOf(ensemble, PATH)).toEqual([]);
    });
  }
});

test("an abort is heard in time although no server answers, and the znode goes later (H47)", async () => {
  await withTwo(async ({ ensemble, time, clients: [zk], barriers: [first] }) => {
    const entering = watched(first.enter({ timeoutMs: 200 }));
    await time.pass(100);
    ensemble.partition(zk.session.id, SESSION_MS / 2);
    await time.pass(400);
    expect(entering.state).toBe("rejected");
    await expect(entering.promise).rejects.toMatchObject({ code: "timeout", outcome: "unknown" });
    expect(childrenOf(ensemble, PATH)).toHaveLength(1);
    await waitFor(time, "it has gone", () => childrenOf(ensemble, PATH).length === 0);
  });
});
