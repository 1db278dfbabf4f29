import { connect, type ZooKeeper } from "@zookit/core";
import { type Member, Party } from "@zookit/party";
import { describe, expect, it } from "vitest";
import { type Ensemble, waitUntil } from "../harness/index.js";
import { Worker } from "../harness/worker.js";
import { killLeader, restartOneByOne } from "./support/outages.js";
import { LONG_SESSION_MS, onThreeServers, SHORT_SESSION_MS, TICK_MS, untilConnected } from "./support/three-servers.js";

/** How long after its death a member may be listed. */
const GONE_WITHIN_MS = SHORT_SESSION_MS + TICK_MS + 1_000;

describe("a party on an ensemble of three servers", () => {
  let ensemble: Ensemble;
  let path: string;

  onThreeServers((servers, root) => {
    ensemble = servers;
    path = root;
  });

  const worker = () => new Worker("party-worker.ts", [ensemble.hosts, path, "worker", String(SHORT_SESSION_MS)]);

  const untilListed = (party: Party, count: number) =>
    waitUntil(async () => (await party.members()).length === count, { what: `${count} are listed`, timeoutMs: 30_000 });

  /** Members and a watcher live through an outage: nobody is seen to leave, and what changes after it is seen. */
  async function survives(outage: () => Promise<void>): Promise<void> {
    const clients = await Promise.all(
      [1, 2, 3].map(() => connect(ensemble.hosts, { sessionTimeoutMs: LONG_SESSION_MS })),
    );
    const [watcher, ...members] = clients as [ZooKeeper, ...ZooKeeper[]];
    const stop = new AbortController();
    const left: Member[] = [];
    let seen: readonly string[] = [];
    const watching = (async () => {
      for await (const change of new Party(watcher, path).watch({ signal: stop.signal })) {
        left.push(...change.left);
        seen = change.members.map(({ identifier, data }) => `${identifier} ${data}`).sort();
      }
    })().catch(() => {});
    try {
      const memberships = await Promise.all(
        members.map((zk, index) => new Party(zk, path).join({ identifier: `m${index}`, data: "before" })),
      );
      const sees = (what: string) => waitUntil(() => String(seen) === what, { what: `it sees ${what}` });
      await sees("m0 before,m1 before");
      await outage();
      await untilConnected(clients);
      await Promise.all(memberships.map((membership) => membership.update("after")));
      await sees("m0 after,m1 after");
      expect(memberships.map(({ state }) => state)).toEqual(["joined", "joined"]);
      expect(left).toEqual([]);
      await Promise.all(memberships.map((membership) => membership.leave()));
      await sees("");
    } finally {
      stop.abort();
      await watching;
      await Promise.all(clients.map((zk) => zk.close()));
    }
  }

  it("survives the death of the leader: nobody is seen to leave (H24)", async () => {
    await survives(() => killLeader(ensemble));
  });

  it("survives a restart of the whole ensemble, one server at a time", async () => {
    await survives(() => restartOneByOne(ensemble));
  });

  it("lists a killed member until its session has ended, and its successor of the same identifier after that (H20, H29)", async () => {
    await using zk = await connect(ensemble.hosts);
    const party = new Party(zk, path);
    await using first = worker();
    await first.event("joined");
    const [member] = await party.members();
    const killedAt = performance.now();
    first.signal("SIGKILL");
    await using second = worker();
    await second.event("joined");
    expect(performance.now() - killedAt).toBeLessThanOrEqual(GONE_WITHIN_MS + 2_000);
    await zk.sync(path);
    const [successor, ...others] = await party.members();
    expect(others).toEqual([]);
    expect(successor?.identifier).toBe("worker");
    expect(successor?.session).not.toBe(member?.session);
  });

  it("does without a member that is stopped past its session, which joins again when it wakes up (H15, H21)", async () => {
    await using zk = await connect(ensemble.hosts);
    const party = new Party(zk, path);
    await using member = worker();
    await member.event("joined");
    const stoppedAt = performance.now();
    member.signal("SIGSTOP");
    await untilListed(party, 0);
    expect(performance.now() - stoppedAt).toBeLessThanOrEqual(GONE_WITHIN_MS);
    member.signal("SIGCONT");
    await member.event("absent");
    await untilListed(party, 1);
  });
});
