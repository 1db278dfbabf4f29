import { connect } from "@zookit/core";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Ensemble, startEnsemble, uniqueRoot, waitUntil } from "../harness/index.js";
import { Worker } from "../harness/worker.js";
import { Members } from "./support/partition-members.js";

const TICK_MS = 500;
const SESSION_MS = 5 * TICK_MS;
const names = (count: number) => Array.from({ length: count }, (_, index) => `p${index}`);

describe("a partitioner on a real server", () => {
  let ensemble: Ensemble;
  let path: string;

  beforeAll(async () => {
    ensemble = await startEnsemble({ tickTimeMs: TICK_MS });
  });
  afterAll(() => ensemble?.stop());
  beforeEach(() => {
    path = uniqueRoot();
  });

  const members = (count: number, settleMs = 100) =>
    new Members(ensemble.hosts, path, { partitions: names(count), settleMs, sessionTimeoutMs: SESSION_MS });

  it("divides its partitions, moves the fewest as members come and go, and leaves nothing behind (H82)", async () => {
    await using group = members(10);
    for (const identifier of ["a", "b"]) await group.join(identifier);
    await group.settle();
    expect(group.calls).toHaveLength(10);
    await group.join("c");
    await group.settle();
    expect(group.told).toBe(3);
    expect(await group.leave("a")).toBe("told to leave");
    await group.settle();
    expect(group.overlaps()).toEqual([]);
    for (const identifier of ["b", "c"]) await group.leave(identifier);
    await using zk = await connect(ensemble.hosts);
    for (const name of ["members", "owners", "assigner"]) {
      expect((await zk.children(`${path}/${name}`)).children).toEqual([]);
    }
  });

  it("takes any text for the name of a partition (H84)", async () => {
    const partitions = [".", "..", "a/b", "größe", "\u{1f512}", "\0", "x".repeat(2_000)];
    await using group = new Members(ensemble.hosts, path, { partitions, settleMs: 0, sessionTimeoutMs: SESSION_MS });
    await group.join("a");
    await group.settle();
    expect(group.calls.map(({ partition }) => partition.name).sort()).toEqual([...partitions].sort());
  });

  it("gives out fencing tokens that are the czxids of the guards, which others can look up", async () => {
    await using group = members(3);
    await group.join("a");
    await group.settle();
    await using zk = await connect(ensemble.hosts);
    for (const { partition } of group.calls) {
      expect((await zk.exists(`${path}/owners/${partition.name}`))?.czxid).toBe(partition.fencingToken);
    }
  });

  it("takes a partition within session timeout, tick and a second when its owner is killed (H29)", async () => {
    await using victim = new Worker("partition-worker.ts", [ensemble.hosts, path, "victim", "4", String(SESSION_MS)]);
    const { token } = await victim.event("begin");
    await using group = members(4);
    await group.join("survivor");
    await waitUntil(() => group.loadOf("survivor") === 2, { what: "both have two" });
    const killedAt = performance.now();
    victim.signal("SIGKILL");
    await waitUntil(() => group.loadOf("survivor") === 4, { what: "the survivor has all", timeoutMs: 20_000 });
    expect(performance.now() - killedAt).toBeLessThanOrEqual(SESSION_MS + TICK_MS + 1_000);
    for (const { partition } of group.calls) expect(partition.fencingToken).toBeGreaterThan(BigInt(String(token)));
  });

  it("is told on the first line after it was stopped past its session, while another one owns with a higher token (H15)", async () => {
    await using stopped = new Worker("partition-worker.ts", [ensemble.hosts, path, "stopped", "1", String(SESSION_MS)]);
    const { token } = await stopped.event("begin");
    await using group = members(1);
    await group.join("other");
    stopped.signal("SIGSTOP");
    await waitUntil(() => group.loadOf("other") === 1, { what: "the other one owns it", timeoutMs: 20_000 });
    expect(group.calls[0]?.partition.fencingToken).toBeGreaterThan(BigInt(String(token)));
    stopped.signal("SIGCONT");
    expect(await stopped.event("end")).toMatchObject({ name: "p0", why: "partition-lost" });
    expect(group.calls[0]?.partition.isHeld()).toBe(true);
  });
});
