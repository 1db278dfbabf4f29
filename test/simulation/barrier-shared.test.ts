import { DoubleBarrier } from "@zookit/barrier";
import { connect, Permission, TimeoutError, type ZooKeeper } from "@zookit/core";
import { type SimulatedEnsemble, type SimulationOptions, simulate } from "@zookit/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { childrenOf, openClient, SESSION_MS, waitFor } from "./support/clients.js";
import { FAULTS } from "./support/faults.js";
import { SCHEDULES, SCHEDULES_LIMIT_MS } from "./support/schedules.js";
import { arrange, type Troubles, troubles } from "./support/trouble.js";

const PATH = "/barrier";
const READY = `${PATH}/ready`;

const shared = (zk: ZooKeeper, parties: number) => new DoubleBarrier(zk, PATH, parties, { dialect: "shared" });

const membersOf = (ensemble: SimulatedEnsemble) => childrenOf(ensemble, PATH).filter((name) => name !== "ready");

/**
 * Three participants enter and leave once, while troubles happen. Nobody has entered before three were there at one time;
 * nobody leaves while somebody who entered is there and alive. Who was cut off for long can wait in vain, as documented.
 */
async function sharedStory(list: Troubles, options: SimulationOptions = {}): Promise<number> {
  return await simulate(
    async (ensemble, time) => {
      const clients = await Promise.all([openClient(ensemble), openClient(ensemble), openClient(ensemble)]);
      const endedEarly = arrange(ensemble, time, list);
      const inside = new Map<AbortSignal, string>();
      await Promise.all(
        clients.map(async (zk) => {
          const barrier = shared(zk, clients.length);
          try {
            const { lost } = await barrier.enter({ timeoutMs: 20_000 });
            if (mostMembers(ensemble) < clients.length) throw new Error("entered before everybody was there");
            inside.set(lost, zk.session.id);
            await time.pass(100);
            inside.delete(lost);
            await barrier.leave({ timeoutMs: 20_000 });
            for (const [other, session] of inside) {
              if (!other.aborted && !endedEarly.has(session)) throw new Error("left while somebody was inside");
            }
          } catch (error) {
            const isExpected = error instanceof TimeoutError || (error as { code?: string }).code === "broken-barrier";
            if (list.length === 0 || !isExpected) throw error;
          }
        }),
      );
      await waitFor(time, "no member is left behind", () => membersOf(ensemble).length === 0);
      const count = ensemble.operationCount;
      await Promise.all(clients.map((zk) => zk.close()));
      return count;
    },
    { limitMs: 200_000, ...options },
  );
}

/** How many members there have been at one time, at most, by what was committed. */
function mostMembers({ log }: SimulatedEnsemble): number {
  const owners = new Map<string, bigint>();
  let most = 0;
  for (const { session, write } of log) {
    if (write.type === "closeSession") {
      for (const [path, owner] of owners) if (owner === session) owners.delete(path);
    } else if (write.type === "delete") owners.delete(write.path);
    else if (write.type === "create" && write.mode === "ephemeral") owners.set(write.path, session);
    most = Math.max(most, owners.size);
  }
  return most;
}

test("whatever happens to any one request, they enter a shared barrier together and leave no member behind (H68)", async () => {
  const requests = await sharedStory([]);
  for (let index = 0; index < requests; index++) {
    for (const fault of FAULTS) {
      await sharedStory([[index, { kind: "fault", ...fault }]]).catch((cause) => {
        throw new Error(`request ${index}, ${fault.point}, then ${fault.consequence}: ${cause.message}`, { cause });
      });
    }
  }
}, 300_000);

test(
  `in ${SCHEDULES.numRuns} random schedules with troubles they enter a shared barrier together`,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), troubles(40, 3), async (scheduler, list) => {
        await sharedStory(list, { scheduler });
      }),
      SCHEDULES,
    );
  },
  SCHEDULES_LIMIT_MS,
);

test("a ready that a crashed run has left behind is neither counted nor taken for an answer (H70, H71)", async () => {
  await simulate(async (ensemble) => {
    const [one, other] = [await openClient(ensemble), await openClient(ensemble)];
    await one.create(READY, "", { parents: true });
    const barriers = [shared(one, 2), shared(other, 2)] as const;
    await expect(barriers[0].enter({ timeoutMs: 500 })).rejects.toMatchObject({ code: "timeout" });
    expect(childrenOf(ensemble, PATH)).toEqual([]);
    await Promise.all(barriers.map((barrier) => barrier.enter()));
    expect(childrenOf(ensemble, PATH)).toHaveLength(3);
    await Promise.all(barriers.map((barrier) => barrier.leave()));
    expect(childrenOf(ensemble, PATH)).toEqual([]);
    await Promise.all([one.close(), other.close()]);
  });
});

test("beside an old ready and members of others, participants count by themselves (H71)", async () => {
  await simulate(async (ensemble, time) => {
    const [one, other] = [await openClient(ensemble), await openClient(ensemble)];
    await one.create(READY, "", { parents: true });
    await other.create(`${PATH}/foreign`, "", { mode: "ephemeral" });
    const entering = shared(one, 3).enter();
    await time.pass(200);
    expect(membersOf(ensemble)).toHaveLength(2);
    // Nobody makes ready anew: it is there.
    await other.create(`${PATH}/last`, "", { mode: "ephemeral" });
    await entering;
    await Promise.all([one.close(), other.close()]);
  });
});

test("a participant enters though ready has come and gone before it looked (H71)", async () => {
  await simulate(async (ensemble, time) => {
    const [one, other] = [await openClient(ensemble), await openClient(ensemble)];
    const entering = shared(one, 2).enter();
    await time.pass(100);
    await Promise.all([other.create(READY), other.delete(READY)]);
    await entering;
    await Promise.all([one.close(), other.close()]);
  });
});

test("whoever leaves waits for those who were there, and not for those who enter the next time (H72)", async () => {
  await simulate(async (ensemble, time) => {
    const [one, other] = [await openClient(ensemble), await openClient(ensemble)];
    const barriers = [shared(one, 2), shared(other, 2)] as const;
    for (let run = 0; run < 5; run++) {
      await Promise.all(barriers.map((barrier) => barrier.enter()));
      await Promise.all(barriers.map((barrier) => barrier.leave({ timeoutMs: 5_000 })));
    }
    await Promise.all(barriers.map((barrier) => barrier.enter()));
    const leaving = barriers[0].leave({ timeoutMs: 5_000 });
    await time.pass(100);
    await other.create(`${PATH}/next`, "", { mode: "ephemeral" });
    // The second one cannot tell: the newcomer was there before it left.
    await expect(barriers[1].leave({ timeoutMs: 500 })).rejects.toMatchObject({ code: "timeout" });
    await leaving;
    expect(membersOf(ensemble)).toEqual(["next"]);
    await Promise.all([one.close(), other.close()]);
  });
});

test("everything it makes has the client's ACL, ready too, where that takes a request of its own (H86)", async () => {
  await simulate(
    async (ensemble) => {
      const acl = [{ scheme: "world", id: "anyone", permissions: Permission.all }];
      const zk = await connect("simulated", { transport: ensemble.transport, sessionTimeoutMs: SESSION_MS, acl });
      await using _membership = await shared(zk, 1).enter();
      const made = ensemble.log.flatMap(({ write }) => (write.type === "create" ? [write.path] : []));
      const given = ensemble.log.flatMap(({ write }) => (write.type === "setAcl" ? [write.path] : []));
      expect(given).toEqual(made);
      expect(made.at(-1)).toBe(READY);
      await zk.close();
    },
    { createsWithAcl: false },
  );
});
