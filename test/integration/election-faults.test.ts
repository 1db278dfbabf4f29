import { connect, type Session, type ZooKeeper } from "@zookit/core";
import { Election, type Leader } from "@zookit/election";
import { describe, expect, it } from "vitest";
import { type Ensemble, waitUntil } from "../harness/index.js";
import { Worker } from "../harness/worker.js";
import { killLeader, restartOneByOne } from "./support/outages.js";
import { LONG_SESSION_MS, onThreeServers, SHORT_SESSION_MS, TICK_MS, untilConnected } from "./support/three-servers.js";

const HAND_OVERS = 200;

describe("an election on an ensemble of three servers", () => {
  let ensemble: Ensemble;
  let path: string;

  onThreeServers((servers, root) => {
    ensemble = servers;
    path = root;
  });

  const client = (sessionTimeoutMs = LONG_SESSION_MS) => connect(ensemble.hosts, { sessionTimeoutMs });
  const worker = (identifier: string) =>
    new Worker("election-worker.ts", [ensemble.hosts, path, String(SHORT_SESSION_MS), identifier]);

  const contend = (zk: ZooKeeper, length: number) =>
    waitUntil(
      async () => {
        await zk.sync(path);
        return (await zk.children(path)).children.length === length;
      },
      { what: `${length} contend`, timeoutMs: 30_000 },
    );

  /** A leader, a contender and an observer through an outage: no session is lost, and each is told what comes after. */
  async function survives(outage: () => Promise<void>): Promise<void> {
    const clients = await Promise.all([client(), client(), client()]);
    const [leading, waiting, observing] = clients as [ZooKeeper, ZooKeeper, ZooKeeper];
    const stop = new AbortController();
    try {
      const sessions: readonly Session[] = clients.map((zk) => zk.session);
      const leadership = await new Election(leading, path, { identifier: "a" }).campaign();
      const shown: (Leader | undefined)[] = [];
      const follow = async () => {
        for await (const leader of new Election(observing, path).observe({ signal: stop.signal })) shown.push(leader);
      };
      const followed = expect(follow()).rejects.toThrow("seen enough");
      const campaigning = new Election(waiting, path, { identifier: "b" }).campaign({ timeoutMs: 60_000 });
      await contend(observing, 2);
      await outage();
      await untilConnected(clients);
      expect(clients.map((zk) => zk.session.id)).toEqual(sessions.map(({ id }) => id));
      expect(leadership.isHeld()).toBe(true);
      await leadership.proclaim("still here");
      await waitUntil(() => String(shown.at(-1)?.data) === "still here", { what: "the observer is shown it" });
      await leadership.resign();
      const next = await campaigning;
      expect(next.fencingToken).toBeGreaterThan(leadership.fencingToken);
      await waitUntil(() => shown.at(-1)?.identifier === "b", { what: "the observer is shown the next leader" });
      await next.resign();
      await waitUntil(() => shown.at(-1) === undefined, { what: "the observer is shown that there is none" });
      stop.abort(new Error("seen enough"));
      await followed;
      // Nothing twice, and nothing older after something newer.
      expect(shown.map((leader) => leader && `${leader.identifier}:${leader.data}`)).toEqual([
        "a:",
        "a:still here",
        "b:",
        undefined,
      ]);
    } finally {
      stop.abort(new Error("seen enough"));
      await Promise.all(clients.map((zk) => zk.close()));
    }
  }

  it("has the next leader within session timeout, tick and a second, when the leader is killed (H29, H66)", async ({
    annotate,
  }) => {
    await using leader = worker("killed");
    await leader.event("ready");
    leader.tell("campaign");
    const { token } = await leader.event("elected-1");
    await using zk = await client();
    const campaigning = new Election(zk, path).campaign({ timeoutMs: 30_000 });
    await contend(zk, 2);
    const killedAt = performance.now();
    leader.signal("SIGKILL");
    const next = await campaigning;
    const elapsedMs = performance.now() - killedAt;
    await annotate(
      `next leader ${Math.round(elapsedMs)} ms after SIGKILL, session ${SHORT_SESSION_MS} ms, tick ${TICK_MS} ms`,
    );
    expect(elapsedMs).toBeLessThanOrEqual(SHORT_SESSION_MS + TICK_MS + 1_000);
    expect(next.fencingToken).toBeGreaterThan(BigInt(String(token)));
    await next.resign();
  });

  it("has another leader while the first is stopped past its session, and tells it when it wakes up (H15, H64)", async () => {
    await using leader = worker("stopped");
    await leader.event("ready");
    leader.tell("campaign");
    const { token } = await leader.event("elected-1");
    leader.signal("SIGSTOP");
    await using zk = await client();
    const next = await new Election(zk, path).campaign({ timeoutMs: 30_000 });
    expect(next.fencingToken).toBeGreaterThan(BigInt(String(token)));
    leader.signal("SIGCONT");
    expect(await leader.event("lost")).toMatchObject({ held: false });
    expect(next.isHeld()).toBe(true);
    await next.resign();
  });

  // How long each takes is told, not judged: that depends on what else runs on the machine.
  it(`elects the next leader after each of ${HAND_OVERS} resignations, in two processes by turns`, {
    timeout: 180_000,
  }, async ({ annotate }) => {
    await using first = worker("first");
    await using second = worker("second");
    await using zk = await client();
    await Promise.all([first.event("ready"), second.event("ready")]);
    first.tell("campaign");
    await first.event("elected-1");
    const elapsedMs: number[] = [];
    for (let index = 0; index < HAND_OVERS; index++) {
      const term = Math.floor(index / 2) + 1;
      const [from, to, nextTerm] = index % 2 === 0 ? [first, second, term] : [second, first, term + 1];
      to.tell("campaign");
      await contend(zk, 2);
      from.tell("resign");
      const resigning = await from.event(`resigning-${term}`);
      const elected = await to.event(`elected-${nextTerm}`);
      elapsedMs.push(Number(BigInt(String(elected["atNs"])) - BigInt(String(resigning["atNs"]))) / 1e6);
    }
    const sorted = elapsedMs.toSorted((a, b) => a - b);
    const at = (part: number) => sorted[Math.ceil(part * sorted.length) - 1] ?? Number.NaN;
    await annotate(
      `hand-over: median ${at(0.5).toFixed(1)} ms, p99 ${at(0.99).toFixed(1)} ms, most ${at(1).toFixed(1)} ms`,
    );
    expect(elapsedMs.every((ms) => ms > 0)).toBe(true);
  });

  it("survives the death of the ensemble's leader: no session is lost, and leadership passes on (H24, H66)", async () => {
    await survives(() => killLeader(ensemble));
  });

  it("survives a restart of the whole ensemble, one server at a time (H66)", async () => {
    await survives(() => restartOneByOne(ensemble));
  });
});
