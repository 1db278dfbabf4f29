import { Lock } from "@zookit/lock";
import { type SimulatedEnsemble, simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { childrenOf, openClient, SESSION_MS, serverOf, waitFor } from "./support/clients.js";
import { lockStory } from "./support/lock-story.js";

const PATH = "/lock";

/** Makes the answer to the next create of a contender get lost, and something else follow. */
function loseNextCreate(ensemble: SimulatedEnsemble, consequence: "reconnect" | "lagging" | "expiry"): void {
  let isDone = false;
  ensemble.planFaults(({ operation, path }) => {
    if (isDone || operation !== "create" || !path.includes("-lock-")) return undefined;
    isDone = true;
    return { point: "reply-lost", consequence };
  });
}

test("finds its own znode again, also behind a server that lags, after the answer to its create was lost (H1, H2)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    await zk.ensurePath(PATH);
    loseNextCreate(ensemble, "lagging");
    const handle = await new Lock(zk, PATH).acquire({ timeoutMs: 10_000 });
    const created = ensemble.log.filter(({ write }) => write.type === "create" && write.path.includes("-lock-"));
    expect(created).toHaveLength(1);
    expect(childrenOf(ensemble, PATH)).toHaveLength(1);
    await handle.release();
    expect(childrenOf(ensemble, PATH)).toEqual([]);
    await zk.close();
  });
});

test("never holds by the znode of an earlier session, however long a server still shows it (H3)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    await zk.ensurePath(PATH);
    const before = zk.session.id;
    loseNextCreate(ensemble, "expiry");
    for (const server of [0, 1, 2]) ensemble.lagServer(server, 1_000);
    const handle = await new Lock(zk, PATH).acquire({ timeoutMs: 30_000 });
    expect(zk.session.id).not.toBe(before);
    const { stat } = await zk.get(handle.path);
    expect(stat.ephemeralOwner).toBe(zk.session.id);
    expect(handle.isHeld()).toBe(true);
    await handle.release();
    await zk.close();
  });
});

test("after a stall longer than the session the first line that runs finds that nothing is held (H14, H15)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const handle = await new Lock(zk, PATH).acquire();
    time.stall(SESSION_MS);
    expect(handle.isHeld()).toBe(false);
    expect(() => handle.assertHeld()).toThrow("not held");
    expect(handle.lost.aborted).toBe(true);
    await zk.close();
  });
});

test("a holder cut off by a partition has lost the lock before anybody else has it (H12, H13)", async () => {
  await simulate(async (ensemble, time) => {
    const holder = await openClient(ensemble);
    const other = await openClient(ensemble);
    const handle = await new Lock(holder, PATH).acquire();
    const waiting = new Lock(other, PATH).acquire();
    ensemble.partition(holder.session.id, 10_000);
    let lostAt = 0;
    handle.lost.addEventListener("abort", () => {
      lostAt = time.elapsedMs;
    });
    const next = await waiting;
    expect(lostAt).toBeGreaterThan(0);
    expect(lostAt).toBeLessThan(time.elapsedMs);
    expect(next.fencingToken > handle.fencingToken).toBe(true);
    await next.release();
    await Promise.all([holder.close(), other.close()]);
  });
});

test("a holder whose server is cut off from the leader does not believe it, and moves on in time (H12, H19)", async () => {
  await simulate(
    async (ensemble, time) => {
      const holder = await openClient(ensemble);
      const other = await openClient(ensemble);
      const first = await new Lock(holder, PATH).acquire();
      const waiting = new Lock(other, PATH).acquire();
      const index = serverOf(ensemble, holder);
      ensemble.isolateServer(index, 20_000);
      await time.pass(5 * SESSION_MS);
      // Its session would have ended twice by now, had it stayed where reads are answered all the time.
      expect(first.isHeld()).toBe(true);
      expect(ensemble.servers[index]?.sessions).not.toContain(holder.session.id);
      await first.release();
      await (await waiting).release();
      await Promise.all([holder.close(), other.close()]);
    },
    // The server notices only after more than a session.
    { syncLimitTicks: 50 },
  );
});

test("a handle of an ended session stays lost, whatever its client has gone on to (H21, H22)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const lock = new Lock(zk, PATH);
    const handle = await lock.acquire();
    ensemble.expireSession(zk.session.id);
    await waitFor(time, "the client has its next session", () => zk.session.epoch === 2 && zk.state === "connected");
    const next = await lock.acquire();
    expect(handle.isHeld()).toBe(false);
    await handle.release();
    expect(next.isHeld()).toBe(true);
    expect(childrenOf(ensemble, PATH)).toHaveLength(1);
    await next.release();
    await zk.close();
  });
});

test("tokens go on increasing under the next leader (H24)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const lock = new Lock(zk, PATH);
    const first = await lock.acquire();
    await first.release();
    ensemble.changeLeader(300);
    await waitFor(time, "the client is connected again", () => zk.state === "connected");
    const second = await lock.acquire();
    expect(second.fencingToken >> 32n).toBe((first.fencingToken >> 32n) + 1n);
    await second.release();
    await zk.close();
  });
});

test("a waiter survives connections that come and go, and gets the lock (H35, H52)", async () => {
  await simulate(async (ensemble, time) => {
    const holder = await openClient(ensemble);
    const waiter = await openClient(ensemble);
    const handle = await new Lock(holder, PATH).acquire();
    const waiting = new Lock(waiter, PATH).acquire();
    for (let round = 0; round < 3; round++) {
      await time.pass(200);
      ensemble.dropConnection(waiter.session.id);
      await waitFor(time, "the waiter is connected again", () => waiter.state === "connected");
    }
    // While it is away the holder leaves: no event will say so.
    ensemble.dropConnection(waiter.session.id);
    await handle.release();
    await (await waiting).release();
    await Promise.all([holder.close(), waiter.close()]);
  });
});

test("an abort at any moment ends with a handle or a rejection, and leaves no znode behind (H47, H48)", async () => {
  const story = { clients: 2, rounds: 1, holdMs: 50 };
  const requests = await lockStory({ ...story, troubles: [] });
  for (let index = 0; index < requests; index++) {
    await lockStory({ ...story, troubles: [[index, { kind: "abort" }]] });
    for (const point of ["lost", "reply-lost", "late"] as const) {
      const fault = { kind: "fault", point, consequence: "lagging" } as const;
      await lockStory({
        ...story,
        troubles: [
          [index, { kind: "abort" }],
          [index + 1, fault],
        ],
      });
    }
  }
});
