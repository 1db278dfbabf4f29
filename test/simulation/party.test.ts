import type { ZooKeeper } from "@zookit/core";
import { type Membership, Party } from "@zookit/party";
import { type SimulatedEnsemble, type SimulationOptions, simulate, type VirtualTime } from "@zookit/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openClient, SESSION_MS, waitFor } from "./support/clients.js";
import { FAULTS } from "./support/faults.js";
import { SCHEDULES, SCHEDULES_LIMIT_MS } from "./support/schedules.js";
import { arrange, type Troubles, troubles } from "./support/trouble.js";

const PATH = "/party";

/**
 * Members join, update their data and stay, while troubles happen. In the end everybody who has joined is listed once, with
 * the latest data, and a watcher has seen the same; then they leave, and nobody is listed.
 */
async function partyStory(list: Troubles, options: SimulationOptions = {}): Promise<number> {
  return await simulate(
    async (ensemble, time) => {
      arrange(ensemble, time, list);
      const clients = await Promise.all([openClient(ensemble), openClient(ensemble), openClient(ensemble)]);
      const [first, second, watcher] = clients as [ZooKeeper, ZooKeeper, ZooKeeper];
      let seen: readonly string[] = [];
      const stop = new AbortController();
      const watching = (async () => {
        for await (const { members } of new Party(watcher, PATH).watch({ signal: stop.signal })) {
          seen = members.map(({ identifier, data }) => `${identifier} ${data}`).sort();
        }
      })().catch((error) => error);
      const join = async (zk: ZooKeeper, identifier: string): Promise<Membership> => {
        const membership = await new Party(zk, PATH).join({ identifier, data: "old", timeoutMs: 60_000 });
        await membership.update("new", { timeoutMs: 60_000 });
        return membership;
      };
      const memberships = await Promise.all([join(first, "a"), join(second, "b")]);
      await waitFor(time, "everybody is seen, with the latest data", () => String(seen) === "a new,b new");
      const names = async () => {
        const members = await new Party(watcher, PATH).members({ timeoutMs: 60_000 });
        return members.map(({ identifier }) => identifier).sort();
      };
      // A trouble may still come, and be over.
      while (String(await names()) !== "a,b") await time.pass(100);
      await Promise.all(memberships.map((membership) => membership.leave()));
      await waitFor(time, "nobody is seen", () => seen.length === 0);
      const count = ensemble.operationCount;
      const enough = new Error("seen enough");
      stop.abort(enough);
      expect(await watching).toBe(enough);
      await Promise.all(clients.map((zk) => zk.close()));
      return count;
    },
    { limitMs: 400_000, ...options },
  );
}

test("whatever happens to any one request, everybody who joined is listed until they leave", async () => {
  const requests = await partyStory([]);
  for (let index = 0; index < requests; index++) {
    for (const fault of FAULTS) {
      await partyStory([[index, { kind: "fault", ...fault }]]).catch((cause) => {
        throw new Error(`request ${index}, ${fault.point}, then ${fault.consequence}: ${cause.message}`, { cause });
      });
    }
  }
});

test(
  `in ${SCHEDULES.numRuns} random schedules with troubles everybody who joined is listed until they leave`,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), troubles(25, 3), async (scheduler, list) => {
        await partyStory(list, { scheduler });
      }),
      SCHEDULES,
    );
  },
  SCHEDULES_LIMIT_MS,
);

test("a member whose session has ended joins again, with its latest data, and says so (H21)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const membership = await new Party(zk, PATH).join({ identifier: "a", data: "one" });
    const states: string[] = [];
    void (async () => {
      for await (const state of membership.states()) states.push(state);
    })();
    await membership.update("two");
    ensemble.expireSession(zk.session.id);
    await waitFor(time, "it was absent and is back", () => String(states) === "joined,absent,joined");
    const [member] = await new Party(zk, PATH).members();
    expect(member).toEqual({ identifier: "a", data: Buffer.from("two"), session: zk.session.id });
    await membership.leave();
    await time.pass(1);
    expect(states.at(-1)).toBe("left");
    await zk.close();
  });
});

test("after a stall longer than the session the first line that runs finds the member absent (H14)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const membership = await new Party(zk, PATH).join({ identifier: "a" });
    expect(membership.state).toBe("joined");
    time.stall(2 * SESSION_MS);
    expect(membership.state).toBe("absent");
    await waitFor(time, "it has joined again", () => membership.state === "joined");
    await membership.leave();
    await zk.close();
  });
});

test("children of other kinds are no members, and a member that left and came back has done both (H42, H56)", async () => {
  await simulate(async (ensemble, time) => {
    const [zk, other] = [await openClient(ensemble), await openClient(ensemble)];
    const party = new Party(zk, PATH);
    await zk.create(`${PATH}/notes`, "", { parents: true });
    const first = await party.join({ identifier: "a" });
    expect(await party.members()).toHaveLength(1);
    const changes = party.watch()[Symbol.asyncIterator]();
    expect((await changes.next()).value).toMatchObject({ members: [{ identifier: "a" }], joined: [{}], left: [] });
    // While nobody asks for the next change.
    await first.leave();
    const second = await new Party(other, PATH).join({ identifier: "a" });
    await time.pass(500);
    const sessions = [[{ session: other.session.id }], [{ session: zk.session.id }]];
    const seen = (await changes.next()).value;
    expect([seen.joined, seen.left]).toMatchObject(sessions);
    await changes.return?.();
    await second.leave();
    await Promise.all([zk.close(), other.close()]);
  });
});

test("a second live member of the same identifier is refused, also of the same client (H20, H81)", async () => {
  await simulate(async (ensemble) => {
    const [one, other] = [await openClient(ensemble), await openClient(ensemble)];
    // Both at once, and before there is a party.
    const joining = [1, 2].map(() => new Party(one, PATH).join({ identifier: "a" }));
    const [first, second] = await Promise.allSettled(joining);
    expect([first?.status, second?.status].sort()).toEqual(["fulfilled", "rejected"]);
    const membership = (first?.status === "fulfilled" ? first : second) as PromiseFulfilledResult<Membership>;
    for (const zk of [one, other]) {
      await expect(new Party(zk, PATH).join({ identifier: "a" })).rejects.toMatchObject({ code: "duplicate-member" });
    }
    expect(membership.value.state).toBe("joined");
    expect(await new Party(other, PATH).members()).toHaveLength(1);
    await Promise.all([one.close(), other.close()]);
  });
});

test("a member takes its place over from its crashed predecessor when that one's session has ended (H20)", async () => {
  await simulate(async (ensemble, time) => {
    const [crashed, next] = [await openClient(ensemble), await openClient(ensemble)];
    await new Party(crashed, PATH).join({ identifier: "a", data: "old" });
    ensemble.partition(crashed.session.id, 60_000);
    const begun = time.elapsedMs;
    const membership = await new Party(next, PATH).join({ identifier: "a", data: "new" });
    expect(time.elapsedMs - begun).toBeLessThan(1.5 * SESSION_MS);
    const [member] = await new Party(next, PATH).members();
    expect(member).toMatchObject({ session: next.session.id, data: Buffer.from("new") });
    await membership.leave();
  });
});

/** Each new leader gives every session its whole time again: here three more time-outs. */
async function changeLeaders(ensemble: SimulatedEnsemble, time: VirtualTime): Promise<void> {
  for (let elections = 0; elections < 8; elections++) {
    await time.pass(SESSION_MS / 2);
    ensemble.changeLeader(10);
  }
}

test("a member waits for the end of its own old session, however long the servers keep that alive, and joins again (H20)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const membership = await new Party(zk, PATH).join({ identifier: "a" });
    ensemble.partition(zk.session.id, 60_000);
    await changeLeaders(ensemble, time);
    expect([membership.state, membership.lost.aborted]).toEqual(["absent", false]);
    await waitFor(time, "it has joined again", () => membership.state === "joined");
    expect(await new Party(zk, PATH).members()).toMatchObject([{ identifier: "a", session: zk.session.id }]);
    await membership.leave();
    await zk.close();
  });
});

test("who left with the end of a session can join again, however long the servers keep that alive (H20)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const before = await new Party(zk, PATH).join({ identifier: "a" });
    ensemble.partition(zk.session.id, 60_000);
    const leaders = changeLeaders(ensemble, time);
    await waitFor(time, "its session has ended", () => before.state === "absent");
    await before.leave();
    const membership = await new Party(zk, PATH).join({ identifier: "a" });
    await leaders;
    expect(membership.state).toBe("joined");
    await zk.close();
  });
});

const givingUp = fc.record({
  faults: fc.array(fc.tuple(fc.nat(12), fc.constantFrom(...FAULTS)), { maxLength: 2 }),
  timeoutMs: fc.integer({ min: 1, max: 900 }),
  staysMs: fc.integer({ min: 0, max: 600 }),
});

test(`in ${SCHEDULES.numRuns} random schedules who gives joining up, or leaves while it joins again, can join at once (H47)`, async () => {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), givingUp, async (scheduler, { faults, timeoutMs, staysMs }) => {
      const story = async (ensemble: SimulatedEnsemble, time: VirtualTime) => {
        const zk = await openClient(ensemble);
        const party = new Party(zk, PATH);
        let requests = 0;
        const plan = new Map(faults);
        ensemble.planFaults(() => plan.get(requests++));
        for (let round = 0; round < 3; round++) {
          const joined = await party.join({ identifier: "a", timeoutMs }).catch((error) => {
            expect(error).toMatchObject({ code: "timeout" });
          });
          await time.pass(staysMs);
          await joined?.leave();
        }
        const membership = await party.join({ identifier: "a", timeoutMs: 60_000 });
        await time.pass(2 * SESSION_MS);
        // A fault may have cost it its session meanwhile; of that the servers may hear later than it does.
        await waitFor(time, "it is there", () => membership.state === "joined");
        expect(membership.lost.aborted).toBe(false);
        await zk.close();
      };
      await simulate(story, { scheduler, limitMs: 400_000 });
    }),
    SCHEDULES,
  );
}, 600_000);

test("one change costs a watcher one listing and one read, however many members there are", async () => {
  await simulate(async (ensemble, time) => {
    const [members, watcher] = [await openClient(ensemble), await openClient(ensemble)];
    await members.ensurePath(PATH);
    const join = (identifier: string) => new Party(members, PATH).join({ identifier });
    const memberships = await Promise.all(Array.from({ length: 50 }, (_, index) => join(`member ${index}`)));
    let sizes: readonly number[] = [];
    const stop = new AbortController();
    const watching = (async () => {
      for await (const change of new Party(watcher, PATH).watch({ signal: stop.signal })) {
        sizes = [change.members.length, change.joined.length, change.left.length];
      }
    })().catch(() => {});
    await waitFor(time, "all are seen", () => String(sizes) === "50,50,0");
    let reads = 0;
    ensemble.planFaults(({ operation, session }) => {
      if (session === watcher.session.id && operation !== "sync") reads++;
      return undefined;
    });
    await join("one more");
    await waitFor(time, "it is seen", () => String(sizes) === "51,1,0");
    expect(reads).toBe(2);
    await memberships[7]?.update("other data");
    await waitFor(time, "the other data are seen", () => String(sizes) === "51,0,0");
    expect(reads).toBe(4);
    await memberships[8]?.leave();
    await waitFor(time, "it is gone", () => String(sizes) === "50,0,1");
    expect(reads).toBe(5);
    stop.abort();
    await watching;
    await Promise.all([members.close(), watcher.close()]);
  });
});

test("waitFor resolves with the members when there are enough of them, and in time or not at all", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const party = new Party(zk, PATH);
    const waiting = party.waitFor(2);
    await party.join({ identifier: "a" });
    await expect(party.waitFor(2, { timeoutMs: 100 })).rejects.toMatchObject({ code: "timeout" });
    await party.join({ identifier: "b" });
    expect((await waiting).map(({ identifier }) => identifier).sort()).toEqual(["a", "b"]);
    await zk.close();
  });
});

test("a member that is deleted by somebody else joins again", async () => {
  await simulate(async (ensemble: SimulatedEnsemble, time) => {
    const zk = await openClient(ensemble);
    const membership = await new Party(zk, PATH).join({ identifier: "a" });
    const { children } = await zk.children(PATH);
    await zk.delete(`${PATH}/${children[0]}`);
    await time.pass(50);
    expect(membership.state).toBe("joined");
    expect(await new Party(zk, PATH).members()).toHaveLength(1);
    await zk.close();
  });
});

test("a deletion that is repeated, as its answer was lost, does not hit the next member of the same identifier (H50)", async () => {
  await simulate(async (ensemble, time) => {
    const [first, next] = [await openClient(ensemble), await openClient(ensemble)];
    const leaver = await new Party(first, PATH).join({ identifier: "a" });
    const joining = new Party(next, PATH).join({ identifier: "a", timeoutMs: 60_000 });
    await time.pass(100);
    let isPlanned = true;
    ensemble.planFaults(({ operation, session }) => {
      if (!isPlanned || operation !== "delete" || session !== first.session.id) return undefined;
      isPlanned = false;
      return { point: "reply-lost", consequence: "reconnect" };
    });
    const leaving = leaver.leave();
    const membership = await joining;
    const states: string[] = [];
    void (async () => {
      for await (const state of membership.states()) states.push(state);
    })();
    await leaving;
    await time.pass(100);
    expect(states).toEqual(["joined"]);
    await Promise.all([first.close(), next.close()]);
  });
});

test("whoever leaves at any moment while joining again, with an answer lost, leaves no znode behind (H4, H47)", async () => {
  for (let ms = 0; ms < 80; ms++) {
    await simulate(async (ensemble, time) => {
      const zk = await openClient(ensemble);
      const membership = await new Party(zk, PATH).join({ identifier: "a" });
      let isPlanned = true;
      ensemble.planFaults(({ operation }) => {
        if (!isPlanned || operation !== "create") return undefined;
        isPlanned = false;
        return { point: "reply-lost", consequence: "reconnect" };
      });
      ensemble.expireSession(zk.session.id);
      await time.pass(ms);
      await membership.leave();
      await time.pass(500);
      const { children } = ensemble.tree.read({ type: "children", path: PATH }, []);
      expect(children, `left after ${ms} ms`).toEqual([]);
      await zk.close();
    });
  }
});

test("states() tells that a member is absent when its session ends, not when the next one begins (H13, H21)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const membership = await new Party(zk, PATH).join({ identifier: "a" });
    const states: string[] = [];
    void (async () => {
      for await (const state of membership.states()) states.push(state);
    })();
    for (const index of ensemble.servers.keys()) ensemble.stopServer(index, 4 * SESSION_MS);
    await time.pass(2 * SESSION_MS);
    expect(membership.state).toBe("absent");
    expect(states).toEqual(["joined", "absent"]);
    await waitFor(time, "it has joined again", () => membership.state === "joined");
    await zk.close();
  });
});

test("watch and states refuse a signal that is none, and options that they do not know, with a typed error", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const party = new Party(zk, PATH);
    const membership = await party.join({ identifier: "a" });
    const isInvalid = expect.objectContaining({ code: "invalid-argument" });
    const wrong: unknown[] = [{ signal: {} }, { signal: null }, { sginal: undefined }, "signal", null];
    for (const options of wrong) {
      expect(() => party.watch(options as object)).toThrow(isInvalid);
      expect(() => membership.states(options as object)).toThrow(isInvalid);
    }
    await zk.close();
  });
});

test("an update of a member that has lost its identifier to another one does not land in that one's znode (H50, H81)", async () => {
  await simulate(async (ensemble, time) => {
    const [zk, other] = [await openClient(ensemble), await openClient(ensemble)];
    const absent = await new Party(zk, PATH).join({ identifier: "a", data: "of the first" });
    // Nothing that the first one sends to join again arrives before the second one has joined.
    let hasJoined = false;
    ensemble.planFaults(({ operation, session }) => {
      const isMeant = operation === "create" && session !== other.session.id && !hasJoined;
      return isMeant ? { point: "lost", consequence: "reconnect" } : undefined;
    });
    ensemble.expireSession(zk.session.id);
    const successor = await new Party(other, PATH).join({ identifier: "a", data: "of the second" });
    hasJoined = true;
    await waitFor(time, "it is connected again", () => zk.state === "connected");
    expect(absent.lost.aborted).toBe(false);
    await absent.update("of the first, later");
    const [member] = await new Party(other, PATH).members();
    expect(member).toMatchObject({ session: other.session.id, data: Buffer.from("of the second") });
    await waitFor(time, "it is told", () => absent.lost.aborted);
    expect(absent.lost.reason).toMatchObject({ code: "duplicate-member" });
    expect(successor.state).toBe("joined");
    await Promise.all([zk.close(), other.close()]);
  });
});

test("data that were refused do not end the membership with the next session (H10, H21)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const membership = await new Party(zk, PATH).join({ identifier: "a", data: "small" });
    await expect(membership.update(Buffer.alloc(2 ** 20))).rejects.toMatchObject({ code: "data-too-large" });
    const before = zk.session.id;
    ensemble.expireSession(before);
    await waitFor(time, "it has another session", () => zk.session.id !== before && zk.state === "connected");
    await time.pass(500);
    expect(membership.state).toBe("joined");
    expect(await new Party(zk, PATH).members()).toMatchObject([{ data: Buffer.from("small") }]);
    await zk.close();
  });
});

test("the largest data that an update takes are those that a member can join again with (H10, H21)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const membership = await new Party(zk, PATH).join({ identifier: "a", data: "small" });
    const isTaken = async (size: number): Promise<boolean> => {
      const refusal = await membership.update(Buffer.alloc(size)).catch((error) => error);
      if (refusal !== undefined) expect(refusal).toMatchObject({ code: "data-too-large", outcome: "not-applied" });
      return refusal === undefined;
    };
    let size = 2 ** 20;
    while (!(await isTaken(size))) size -= 1;
    const before = zk.session.id;
    ensemble.expireSession(before);
    await waitFor(time, "it has another session", () => zk.session.id !== before && zk.state === "connected");
    await waitFor(time, "it has joined again, or never will", () => membership.state !== "absent");
    expect(membership.state).toBe("joined");
    const [member] = await new Party(zk, PATH).members();
    expect(member?.data).toHaveLength(size);
    await zk.close();
  });
});

test("data that are too large are refused while the member is absent, too (H10, H21)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const membership = await new Party(zk, PATH).join({ identifier: "a", data: "small" });
    ensemble.partition(zk.session.id, 3 * SESSION_MS);
    await waitFor(time, "its session is over", () => membership.state === "absent");
    await expect(membership.update(Buffer.alloc(2 ** 20))).rejects.toMatchObject({ code: "data-too-large" });
    await waitFor(time, "it has joined again, or never will", () => membership.state !== "absent");
    expect(membership.state).toBe("joined");
    expect(await new Party(zk, PATH).members()).toMatchObject([{ data: Buffer.from("small") }]);
    await zk.close();
  });
});

test("an update that has failed as not applied is not applied with the next session (H21)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const membership = await new Party(zk, PATH).join({ identifier: "a", data: "old" });
    ensemble.partition(zk.session.id, 3 * SESSION_MS);
    await waitFor(time, "it has no connection", () => zk.state !== "connected");
    const failed = await membership.update("new", { timeoutMs: 100 }).catch((error) => error);
    expect(failed).toMatchObject({ code: "timeout", outcome: "not-applied" });
    await waitFor(time, "its session is over", () => membership.state === "absent");
    await waitFor(time, "it has joined again", () => membership.state === "joined");
    expect(await new Party(zk, PATH).members()).toMatchObject([{ data: Buffer.from("old") }]);
    await zk.close();
  });
});
