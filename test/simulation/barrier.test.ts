import { Barrier, DoubleBarrier } from "@zookit/barrier";
import { connect, Permission, type ZooKeeper } from "@zookit/core";
import { type SimulatedEnsemble, type SimulationOptions, simulate } from "@zookit/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { childrenOf, openClient, serverOf, waitFor } from "./support/clients.js";
import { FAULTS } from "./support/faults.js";
import { SCHEDULES, SCHEDULES_LIMIT_MS } from "./support/schedules.js";
import { arrange, type Troubles, troubles } from "./support/trouble.js";

const PATH = "/barrier";
const timeoutMs = 60_000;

const exists = ({ tree }: SimulatedEnsemble, path: string) =>
  tree.read({ type: "exists", path }, []).stat !== undefined;

/** One closes the barrier and opens it again, others wait before it, while troubles happen. */
async function waitStory(list: Troubles, options: SimulationOptions = {}): Promise<number> {
  return await simulate(
    async (ensemble, time) => {
      const clients = await Promise.all([openClient(ensemble), openClient(ensemble), openClient(ensemble)]);
      const [keeper, ...others] = clients as [ZooKeeper, ...ZooKeeper[]];
      arrange(ensemble, time, list);
      const barrier = new Barrier(keeper, PATH);
      let isOpening = false;
      await barrier.create({ timeoutMs });
      const waiting = others.map(async (zk) => {
        await new Barrier(zk, PATH).wait({ timeoutMs });
        if (!isOpening) throw new Error("somebody has passed a closed barrier");
      });
      await time.pass(500);
      isOpening = true;
      await barrier.remove({ timeoutMs });
      await Promise.all(waiting);
      expect(exists(ensemble, PATH)).toBe(false);
      const count = ensemble.operationCount;
      await Promise.all(clients.map((zk) => zk.close()));
      return count;
    },
    { limitMs: 200_000, ...options },
  );
}

test("whatever happens to any one request, nobody passes a closed barrier, and everybody one that was opened (H33, H40, H74)", async () => {
  const requests = await waitStory([]);
  for (let index = 0; index < requests; index++) {
    for (const fault of FAULTS) {
      await waitStory([[index, { kind: "fault", ...fault }]]).catch((cause) => {
        throw new Error(`request ${index}, ${fault.point}, then ${fault.consequence}: ${cause.message}`, { cause });
      });
    }
  }
}, 300_000);

test(
  `in ${SCHEDULES.numRuns} random schedules with troubles everybody passes a barrier once it is opened`,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), troubles(15, 3), async (scheduler, list) => {
        await waitStory(list, { scheduler });
      }),
      SCHEDULES,
    );
  },
  SCHEDULES_LIMIT_MS,
);

test("whoever waits sees that it was closed before, at a server that lags, too (H40)", async () => {
  await simulate(async (ensemble, time) => {
    const [keeper, zk] = [await openClient(ensemble), await openClient(ensemble)];
    expect(serverOf(ensemble, zk)).not.toBe(serverOf(ensemble, keeper));
    ensemble.lagServer(serverOf(ensemble, zk), 60_000);
    await new Barrier(keeper, PATH).create({ timeoutMs });
    let hasPassed = false;
    const waiting = new Barrier(zk, PATH).wait({ timeoutMs }).then(() => {
      hasPassed = true;
    });
    await time.pass(500);
    expect(hasPassed).toBe(false);
    ensemble.lagServer(serverOf(ensemble, zk), 0);
    await new Barrier(keeper, PATH).remove({ timeoutMs });
    await waiting;
    await Promise.all([keeper.close(), zk.close()]);
  });
});

test("closing a barrier whose ACL is refused says that it may be closed: it is (H86)", async () => {
  await simulate(
    async (ensemble) => {
      // Stands for whom the client has authenticated as: for nobody.
      const acl = [{ scheme: "auth", id: "", permissions: Permission.all }];
      const zk = await connect("simulated", { transport: ensemble.transport, acl });
      const refused = { code: "invalid-acl", outcome: "unknown" };
      await expect(new Barrier(zk, "/closed").create()).rejects.toMatchObject(refused);
      expect(await zk.exists("/closed")).toBeDefined();
      await zk.close();
    },
    { createsWithAcl: false },
  );
});

test("entering twice, or leaving without having entered, is refused and changes nothing", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const barrier = new DoubleBarrier(zk, PATH, 1);
    const refused = { code: "barrier-state", outcome: "not-applied" };
    await expect(barrier.leave()).rejects.toMatchObject(refused);
    const entering = barrier.enter();
    await expect(barrier.enter()).rejects.toMatchObject(refused);
    await expect(barrier.leave()).rejects.toMatchObject(refused);
    await entering;
    await expect(barrier.enter()).rejects.toMatchObject(refused);
    expect(childrenOf(ensemble, PATH)).toHaveLength(1);
    const leaving = barrier.leave();
    await expect(barrier.leave()).rejects.toMatchObject(refused);
    await leaving;
    await expect(barrier.leave()).rejects.toMatchObject(refused);
    expect(childrenOf(ensemble, PATH)).toEqual([]);
    await barrier.enter();
    await zk.close();
  });
});

test("participants who disagree on their number are told; while nobody is there, it can be changed", async () => {
  await simulate(async (ensemble, time) => {
    const [one, other] = [await openClient(ensemble), await openClient(ensemble)];
    const entering = new DoubleBarrier(one, PATH, 2).enter();
    await time.pass(100);
    const mismatch = { code: "barrier-mismatch", outcome: "not-applied" };
    await expect(new DoubleBarrier(other, PATH, 3).enter()).rejects.toMatchObject(mismatch);
    const second = new DoubleBarrier(other, PATH, 2);
    const [membership] = await Promise.all([entering, second.enter()]);
    await expect(new DoubleBarrier(other, PATH, 1).enter()).rejects.toMatchObject(mismatch);
    await Promise.all([membership[Symbol.asyncDispose](), second.leave()]);
    await new DoubleBarrier(other, PATH, 1).enter({ timeoutMs });
    await Promise.all([one.close(), other.close()]);
  });
});

test("whoever waits alone with another number finds out when the number is changed", async () => {
  await simulate(async (ensemble, time) => {
    const [one, other] = [await openClient(ensemble), await openClient(ensemble)];
    await new DoubleBarrier(one, PATH, 2).enter({ timeoutMs: 100 }).catch(() => {});
    const entering = new DoubleBarrier(one, PATH, 2).enter();
    await time.pass(100);
    const { data, stat } = await other.get(PATH);
    const hand = JSON.stringify({ ...JSON.parse(String(data)), parties: 3 });
    await other.create(`${PATH}/g${JSON.parse(String(data)).generation}-${"a".repeat(32)}-${"b".repeat(32)}`);
    await other.set(PATH, hand, { version: stat.version });
    await expect(entering).rejects.toMatchObject({ code: "barrier-mismatch" });
    await Promise.all([one.close(), other.close()]);
  });
});

test("generations grow, also when the barrier's znode is deleted and made again", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const barrier = new DoubleBarrier(zk, PATH, 1);
    let last = 0;
    for (const isDeleted of [false, false, true, false, true]) {
      const { generation = 0 } = await barrier.enter({ timeoutMs });
      expect(generation).toBeGreaterThan(last);
      last = generation;
      await barrier.leave({ timeoutMs });
      if (isDeleted) await zk.delete(PATH);
    }
    await zk.close();
  });
});

test("a membership that is disposed of takes the participant out without waiting for the others", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const barriers = [new DoubleBarrier(zk, PATH, 2), new DoubleBarrier(zk, PATH, 2)] as const;
    const [first, second] = await Promise.all([barriers[0].enter(), barriers[1].enter()]);
    await first[Symbol.asyncDispose]();
    expect(childrenOf(ensemble, PATH)).toHaveLength(1);
    expect([first.lost.aborted, second.lost.aborted]).toEqual([false, false]);
    const again = barriers[0].enter();
    await barriers[1].leave();
    await Promise.all([again, barriers[1].enter()]);
    await zk.close();
  });
});

test("participants of one identifier count once: a process that was started again is not counted twice (H20)", async () => {
  await simulate(async (ensemble, time) => {
    const [crashed, restarted, other] = await Promise.all([1, 2, 3].map(() => openClient(ensemble)));
    const at = (zk: ZooKeeper | undefined, identifier: string) =>
      new DoubleBarrier(zk as ZooKeeper, PATH, 2, { identifier });
    at(crashed, "a")
      .enter()
      .catch(() => {});
    await time.pass(100);
    await expect(at(restarted, "a").enter({ timeoutMs: 500 })).rejects.toMatchObject({ code: "timeout" });
    const [first, second] = await Promise.all([at(restarted, "a").enter(), at(other, "b").enter()]);
    expect(first.generation).toBe(second.generation);
    await Promise.all([crashed, restarted, other].map((zk) => zk?.close()));
  });
});

test("if more have come than needed, the earliest enter, and the others with the next generation", async () => {
  await simulate(async (ensemble, time) => {
    const clients = await Promise.all([1, 2, 3].map(() => openClient(ensemble)));
    const [first, second, third] = clients.map((zk) => new DoubleBarrier(zk, PATH, 2)) as [
      DoubleBarrier,
      DoubleBarrier,
      DoubleBarrier,
    ];
    const entering = first.enter();
    await time.pass(100);
    // One that was counted by nobody: it crashed before it could write what it had seen. Its id sorts after all others.
    const { generation } = JSON.parse(String((await clients[0]?.get(PATH))?.data));
    const ghost = `${PATH}/g${generation}-${"f".repeat(32)}-${"f".repeat(32)}`;
    await clients[2]?.create(ghost, "", { mode: "ephemeral" });
    const late = second.enter();
    const { generation: entered } = await entering;
    await clients[2]?.delete(ghost);
    await first.leave();
    const [next] = await Promise.all([late, third.enter()]);
    expect(next.generation).toBe(Number(entered) + 1);
    await Promise.all(clients.map((zk) => zk.close()));
  });
});

test("those who wait to leave wake up a few times each, not whenever somebody has left (H39)", async () => {
  const size = 24;
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const barriers = Array.from({ length: size }, () => new DoubleBarrier(zk, PATH, size));
    await Promise.all(barriers.map((barrier) => barrier.enter()));
    let listings = 0;
    ensemble.planFaults(({ operation }) => {
      if (operation === "children") listings++;
      return undefined;
    });
    const leaving: Promise<void>[] = [];
    for (const barrier of barriers) {
      leaving.push(barrier.leave());
      await time.pass(100);
    }
    await Promise.all(leaving);
    expect(listings).toBeLessThan(6 * size);
    await waitFor(time, "nobody is left", () => childrenOf(ensemble, PATH).length === 0);
    await zk.close();
  });
});
