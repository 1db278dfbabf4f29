import { Election, type Leadership } from "@zookit/election";
import { type SimulatedEnsemble, simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { childrenOf, openClient, SESSION_MS, waitFor } from "./support/clients.js";

const PATH = "/election";

/** Stands for what a leader writes to: it refuses terms lower than the highest it has seen. */
class FencedRegister {
  readonly accepted: bigint[] = [];
  readonly refused: bigint[] = [];

  write({ fencingToken }: Leadership): void {
    (fencingToken < (this.accepted.at(-1) ?? 0n) ? this.refused : this.accepted).push(fencingToken);
  }
}

/** Makes the answer to the next create of a contender get lost, and something else follow. */
function loseNextCreate(ensemble: SimulatedEnsemble, consequence: "reconnect" | "lagging" | "expiry"): void {
  let isDone = false;
  ensemble.planFaults(({ operation, path }) => {
    if (isDone || operation !== "create" || !path.includes("-lock-")) return undefined;
    isDone = true;
    return { point: "reply-lost", consequence };
  });
}

test("nobody leads by a znode of an earlier session, however long servers still show it (H3, H64)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    await zk.ensurePath(PATH);
    const before = zk.session.id;
    loseNextCreate(ensemble, "expiry");
    for (const server of [0, 1, 2]) ensemble.lagServer(server, 1_000);
    const leadership = await new Election(zk, PATH).campaign({ timeoutMs: 30_000 });
    expect(zk.session.id).not.toBe(before);
    expect((await zk.get(leadership.path)).stat.ephemeralOwner).toBe(zk.session.id);
    await leadership.resign();
    await zk.close();
  });
});

test("whoever cannot reach the servers has lost the leadership before anybody else has it (H64)", async () => {
  await simulate(async (ensemble, time) => {
    const [zk, other] = [await openClient(ensemble), await openClient(ensemble)];
    const first = await new Election(zk, PATH).campaign();
    const { validUntil } = first;
    expect(validUntil).toBeGreaterThan(performance.now());
    const campaigning = new Election(other, PATH).campaign();
    ensemble.partition(zk.session.id, 10_000);
    let lostAt = 0;
    first.lost.addEventListener("abort", () => {
      lostAt = time.elapsedMs;
    });
    const next = await campaigning;
    expect(lostAt).toBeGreaterThan(0);
    expect(lostAt).toBeLessThan(time.elapsedMs);
    expect(first.validUntil).toBe(0);
    expect(next.fencingToken > first.fencingToken).toBe(true);
    await next.resign();
    await Promise.all([zk.close(), other.close()]);
  });
});

test("a session that ends just before the grant elects nobody in it (H22, H45, H64)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    await zk.ensurePath(PATH);
    let isDone = false;
    ensemble.planFaults(({ operation, session }) => {
      if (isDone || operation !== "exists") return undefined;
      isDone = true;
      ensemble.expireSession(session);
      return { point: "delayed", consequence: "reconnect" };
    });
    const leadership = await new Election(zk, PATH).campaign({ timeoutMs: 30_000 });
    expect(isDone).toBe(true);
    expect(zk.session.epoch).toBe(2);
    expect((await zk.get(leadership.path)).stat.ephemeralOwner).toBe(zk.session.id);
    await leadership.resign();
    await zk.close();
  });
});

test("after a stall longer than the session the first line that runs finds that it does not lead (H14, H15)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const leadership = await new Election(zk, PATH).campaign();
    time.stall(SESSION_MS);
    expect(leadership.isHeld()).toBe(false);
    expect(leadership.validUntil).toBe(0);
    expect(() => leadership.assertHeld()).toThrow("does not lead");
    expect(leadership.lost.aborted).toBe(true);
    await zk.close();
  });
});

test("a leader that ignores its loss and goes on writing is refused by what checks its term (H65)", async () => {
  await simulate(async (ensemble, time) => {
    const [zk, other] = [await openClient(ensemble), await openClient(ensemble)];
    const register = new FencedRegister();
    const stop = new AbortController();
    let isDeposed = false;
    const running = new Election(zk, PATH).run(
      async (leadership) => {
        register.write(leadership);
        await waitFor(time, "the next leader has written", () => register.accepted.length === 2);
        isDeposed = leadership.lost.aborted;
        register.write(leadership);
        stop.abort(new Error("enough"));
      },
      { signal: stop.signal },
    );
    running.catch(() => {});
    await waitFor(time, "the first leader has written", () => register.accepted.length === 1);
    ensemble.expireSession(zk.session.id);
    await new Election(other, PATH).run(register.write.bind(register));
    await expect(running).rejects.toThrow("enough");
    expect(isDeposed).toBe(true);
    expect(register.refused).toEqual([register.accepted[0]]);
    await Promise.all([zk.close(), other.close()]);
  });
});

test("what a callback does after the leadership was lost ends nothing: the run campaigns again (H65, H66)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const terms: bigint[] = [];
    const reasons: unknown[] = [];
    const result = await new Election(zk, PATH).run(async (leadership, signal) => {
      terms.push(leadership.fencingToken);
      if (terms.length === 3) return "led to the end";
      ensemble.expireSession(zk.session.id);
      await waitFor(time, "it is told", () => signal.aborted);
      reasons.push(signal.reason);
      if (terms.length === 1) return "not counted";
      throw new Error("not counted either");
    });
    expect(result).toBe("led to the end");
    expect(reasons).toMatchObject([{ code: "leadership-lost" }, { code: "leadership-lost" }]);
    expect(terms).toEqual(terms.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(childrenOf(ensemble, PATH)).toEqual([]);
    await zk.close();
  });
});

test("a callback that learns of its loss only by returning after a stall is called again (H14, H66)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    let calls = 0;
    const result = await new Election(zk, PATH).run(() => {
      calls++;
      if (calls === 1) time.stall(SESSION_MS);
      return calls;
    });
    expect(result).toBe(2);
    await zk.close();
  });
});

test("runs that lose their sessions together have a leader again within two sessions after each heal (H66)", async () => {
  await simulate(async (ensemble, time) => {
    const clients = [await openClient(ensemble), await openClient(ensemble), await openClient(ensemble)];
    const stop = new AbortController();
    let leading: Leadership | undefined;
    const runs = clients.map((zk) =>
      new Election(zk, PATH).run(
        async (leadership, signal) => {
          leading = leadership;
          await waitFor(time, "the end of the term", () => signal.aborted);
        },
        { signal: stop.signal },
      ),
    );
    for (const run of runs) run.catch(() => {});
    const someoneLeads = () => waitFor(time, "somebody leads", () => leading?.isHeld() === true);
    await someoneLeads();
    for (let round = 0; round < 5; round++) {
      for (const zk of clients) ensemble.partition(zk.session.id, 1.5 * SESSION_MS);
      await waitFor(time, "nobody leads", () => leading?.isHeld() === false);
      await waitFor(time, "the heal", () => clients.some(({ state }) => state === "connected"));
      const healedAt = time.elapsedMs;
      await someoneLeads();
      expect(time.elapsedMs - healedAt).toBeLessThan(2 * SESSION_MS);
    }
    stop.abort(new Error("enough"));
    for (const run of runs) await expect(run).rejects.toThrow("enough");
    expect(childrenOf(ensemble, PATH)).toEqual([]);
    await Promise.all(clients.map((zk) => zk.close()));
  });
});

test("whose znode was deleted by an operator is told, and campaigns again (H46, H66)", async () => {
  await simulate(async (ensemble, time) => {
    const [zk, other] = [await openClient(ensemble), await openClient(ensemble)];
    let terms = 0;
    await new Election(zk, PATH).run(async (leadership, signal) => {
      if (++terms === 2) return;
      await time.pass(500);
      await other.delete(leadership.path);
      await waitFor(time, "it is told", () => signal.aborted);
    });
    expect(terms).toBe(2);
    await Promise.all([zk.close(), other.close()]);
  });
});

/** A leader begins to leave so long before it is asked who leads; how often a leader was read then. */
async function askWhileLeaving(delayMs: number): Promise<number> {
  let reads = 0;
  await simulate(async (ensemble, time) => {
    const [zk, other] = [await openClient(ensemble), await openClient(ensemble)];
    const leaving = await new Election(other, PATH, { identifier: "leaving" }).campaign();
    const campaigning = new Election(other, PATH, { identifier: "next" }).campaign();
    await waitFor(time, "two contend", () => childrenOf(ensemble, PATH).length === 2);
    ensemble.planFaults(({ operation, session }) => {
      if (operation === "get" && session === zk.session.id) reads++;
      return undefined;
    });
    const resigning = leaving.resign();
    // A delay of 0 would pass a message all the same.
    if (delayMs > 0) await time.pass(delayMs);
    const leader = await new Election(zk, PATH).leader();
    expect(["leaving", "next"]).toContain(leader?.identifier);
    await resigning;
    await (await campaigning).resign();
    await Promise.all([zk.close(), other.close()]);
  });
  return reads;
}

test("a leader that goes between the listing and the reading makes the next one the leader (H67)", async () => {
  const reads: number[] = [];
  for (let delayMs = 0; delayMs < 8; delayMs++) reads.push(await askWhileLeaving(delayMs));
  expect(reads).toContain(1);
  expect(reads).toContain(2);
});
