import { describe, expect, it } from "vitest";
import { Leader } from "./leader.js";

const LIMITS = { tickMs: 100, minTimeoutMs: 200, maxTimeoutMs: 2_000 };
const write = { type: "delete", path: "/a", version: -1 } as const;

describe("the leader", () => {
  it("numbers what it commits, and begins anew with each epoch", () => {
    const leader = new Leader(LIMITS);
    expect(leader.commit(1n, [], write, 0).zxid).toBe(0x1_0000_0001n);
    expect(leader.commit(1n, [], write, 0).zxid).toBe(0x1_0000_0002n);
    leader.beginEpoch(0);
    expect(leader.commit(1n, [], write, 0).zxid).toBe(0x2_0000_0001n);
  });

  it("commits a write with everything that its execution depends on", () => {
    const leader = new Leader(LIMITS);
    const identities = [{ scheme: "ip", id: "127.0.0.1" }];
    expect(leader.commit(7n, identities, write, 42)).toEqual({
      zxid: 0x1_0000_0001n,
      timeMs: 42,
      session: 7n,
      identities,
      write,
    });
  });

  it("commits the opening and the end of a session, the end once", () => {
    const leader = new Leader(LIMITS);
    const { grant, entry } = leader.openSession(1_000, 0);
    expect(entry).toMatchObject({ session: grant.id, write: { type: "openSession", timeoutMs: 1_000 } });
    expect(leader.closeSession(grant.id, 0)).toMatchObject({ session: grant.id, write: { type: "closeSession" } });
    expect(leader.closeSession(grant.id, 0)).toBeUndefined();
  });

  it("ends the sessions whose time is up, and no others", () => {
    const leader = new Leader(LIMITS);
    const quiet = leader.openSession(500, 0).grant.id;
    const alive = leader.openSession(500, 0).grant.id;
    leader.sessions.touch(alive, 400);
    expect(leader.expire(599)).toEqual([]);
    expect(leader.expire(600).map(({ session }) => session)).toEqual([quiet]);
    expect(leader.expire(600)).toEqual([]);
    expect(leader.sessions.ids).toEqual([alive]);
  });

  it("gives every session its whole timeout when a new epoch begins", () => {
    const leader = new Leader(LIMITS);
    leader.openSession(500, 0);
    leader.beginEpoch(10_000);
    expect(leader.expire(10_500)).toEqual([]);
    expect(leader.expire(10_600)).toHaveLength(1);
  });
});
