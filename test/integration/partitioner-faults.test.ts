import { connect } from "@zookit/core";
import { describe, expect, it } from "vitest";
import type { Ensemble } from "../harness/index.js";
import { killLeader, restartOneByOne } from "./support/outages.js";
import { Members } from "./support/partition-members.js";
import { LONG_SESSION_MS, onThreeServers, untilConnected } from "./support/three-servers.js";

describe("a partitioner on an ensemble of three servers", () => {
  let ensemble: Ensemble;
  let path: string;

  onThreeServers((servers, root) => {
    ensemble = servers;
    path = root;
  });

  const identifiers = (count: number) => Array.from({ length: count }, (_, index) => `m${index}`);
  const members = (count: number, settleMs = 200) => {
    const partitions = Array.from({ length: count }, (_, index) => `p${index}`);
    return new Members(ensemble.hosts, path, { partitions, settleMs, sessionTimeoutMs: LONG_SESSION_MS });
  };

  /** Members through an outage: no session is lost, nobody is interrupted, and then it goes on as before. */
  async function survives(outage: () => Promise<void>): Promise<void> {
    await using group = members(30);
    for (const identifier of identifiers(3)) await group.join(identifier);
    await group.settle();
    const sessions = group.clients.map((zk) => zk.session.id);
    const { told, calls } = group;
    const { length } = calls;
    await outage();
    await untilConnected(group.clients);
    expect(group.clients.map((zk) => zk.session.id)).toEqual(sessions);
    expect([group.told, group.calls.length]).toEqual([told, length]);
    await group.join("joiner");
    await group.settle();
    expect(group.told - told).toBe(7);
    await group.leave("m0");
    await group.settle();
    expect(group.overlaps()).toEqual([]);
  }

  it("survives the death of the leader: nobody is interrupted, and it goes on (H24, H80)", async () => {
    await survives(() => killLeader(ensemble));
  });

  it("survives a restart of the whole ensemble, one server at a time: nobody is interrupted, and it goes on (H80)", async () => {
    await survives(() => restartOneByOne(ensemble));
  });

  it("moves the fewest in a rolling restart of 8 members, each time (H82)", async () => {
    const count = 100;
    await using group = members(count);
    for (const identifier of identifiers(8)) await group.join(identifier);
    await group.settle();
    for (const identifier of identifiers(8)) {
      const [calls, told, had] = [group.calls.length, group.told, group.loadOf(identifier)];
      await group.leave(identifier);
      await group.settle();
      expect([group.calls.length - calls, group.told - told]).toEqual([had, had]);
      await group.join(identifier);
      await group.settle();
      const got = group.loadOf(identifier);
      expect(got).toBe(Math.floor(count / 8));
      expect([group.calls.length - calls - had, group.told - told - had]).toEqual([got, got]);
    }
    expect(group.overlaps()).toEqual([]);
  });

  it("works with 1,000 partitions and 50 members: who joins or leaves moves the fewest, and nobody else is interrupted (H82)", async () => {
    const count = 1_000;
    await using group = members(count, 3_000);
    await Promise.all(identifiers(50).map((identifier) => group.join(identifier)));
    await group.settle(60_000);
    const { calls, told } = group;
    const { length } = calls;
    await group.join("joiner");
    await group.settle(60_000);
    expect(group.told - told).toBe(Math.floor(count / 51));
    expect(group.calls.length - length).toBe(Math.floor(count / 51));
    const had = group.loadOf("m7");
    await group.leave("m7");
    await group.settle(60_000);
    expect(group.told - told - Math.floor(count / 51)).toBe(had);
    expect(group.overlaps()).toEqual([]);
    await using zk = await connect(ensemble.hosts);
    expect((await zk.children(`${path}/owners`)).children).toHaveLength(count);
  });
});
