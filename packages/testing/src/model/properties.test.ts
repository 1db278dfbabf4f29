import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { creation, History, snapshotOf } from "./history.test-support.js";
import type { Identity, SingleWrite } from "./request.js";
import { DataTree } from "./tree.js";

const ALICE: Identity = { scheme: "digest", id: "alice:hash" };
const BOB: Identity = { scheme: "digest", id: "bob:hash" };

const path = fc.constantFrom("/a", "/a/b", "/a/b/c", "/d", "/d/e", "/a/", "/", "a");
const version = fc.constantFrom(-1, -1, 0, 1);
const acl = fc.constantFrom(
  [{ scheme: "world", id: "anyone", permissions: 31 }],
  [{ ...ALICE, permissions: 31 }],
  [
    { ...ALICE, permissions: 31 },
    { scheme: "world", id: "anyone", permissions: 1 },
  ],
  [{ scheme: "auth", id: "", permissions: 29 }],
  [],
);
const mode = fc.constantFrom(
  ...(["persistent", "persistent-sequential", "ephemeral", "ephemeral-sequential", "container"] as const),
);
const data = fc.option(fc.uint8Array({ maxLength: 3 }).map((bytes) => Buffer.from(bytes)));

const single: fc.Arbitrary<SingleWrite> = fc.oneof(
  { weight: 4, arbitrary: fc.record({ type: fc.constant("create"), path, data, acl, mode }) },
  {
    weight: 1,
    arbitrary: fc.record({
      type: fc.constant("create"),
      path,
      data,
      acl,
      ttlMs: fc.constantFrom(0, 9),
      mode: fc.constant("persistent"),
    }),
  },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("delete"), path, version }) },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("set"), path, data, version }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("setAcl"), path, acl, version }) },
  { weight: 1, arbitrary: fc.record({ type: fc.constant("check"), path, version }) },
);

const write = fc.oneof(
  { weight: 5, arbitrary: single },
  { weight: 2, arbitrary: fc.record({ type: fc.constant("multi"), operations: fc.array(single, { maxLength: 6 }) }) },
);

const step = fc.record({
  write,
  session: fc.nat(2),
  identities: fc.subarray([ALICE, BOB]),
  /** A session that ends after the write, and whether the time of what can be reaped has come. */
  closes: fc.option(fc.nat(2), { freq: 8 }),
  reaps: fc.boolean(),
});

/** A history in which a random one was executed; `onWrite` is called around each write. */
function play(steps: readonly (typeof step extends fc.Arbitrary<infer Step> ? Step : never)[]): History {
  const history = new History();
  const sessions = [history.session, history.openSession(), history.openSession()];
  for (const { write, session, identities, closes, reaps } of steps) {
    history.nowMs += 5;
    history.identities = identities;
    const before = snapshotOf(history.tree);
    const { code, results } = history.write(write, sessions[session]);
    if (code !== 0 || results?.some((result) => result.code !== 0)) {
      expect(snapshotOf(history.tree)).toEqual(before);
      expect(history.changes).toEqual([]);
    }
    if (closes !== null && sessions[closes] !== undefined) history.closeSession(sessions[closes]);
    if (reaps) for (const due of history.tree.due(history.nowMs)) history.write({ type: "reap", path: due });
  }
  return history;
}

describe("whatever is written", () => {
  it("leaves the tree exactly as it was if it is refused, in whole or in part", () => {
    fc.assert(fc.property(fc.array(step, { maxLength: 30 }), (steps) => void play(steps)));
  });

  it("gives equal results, changes and trees on two replicas that are fed the same log", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const { log, tree } = play(steps);
        const [one, other] = [new DataTree({ hasTtl: true }), new DataTree({ hasTtl: true })];
        for (const entry of log) expect(other.execute(entry)).toEqual(one.execute(entry));
        expect(snapshotOf(other)).toEqual(snapshotOf(tree));
        expect(other.due(1e9)).toEqual(tree.due(1e9));
      }),
    );
  });

  it("keeps the counts of each znode's children and creations in step with what is there", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const history = play(steps);
        history.identities = [ALICE, BOB];
        for (const line of snapshotOf(history.tree)) {
          const [at, { cversion, numChildren, pzxid, czxid }] = JSON.parse(line);
          const { children = [] } = history.read("children", at);
          expect(numChildren).toBe(children.length);
          // Creations and deletions: as many of the latter as of the former, less those that are still there.
          if (!/^.(zookeeper.*)?$/.test(at)) expect((cversion + numChildren) % 2).toBe(0);
          expect(BigInt(pzxid.slice(0, -1)) >= BigInt(czxid.slice(0, -1))).toBe(true);
        }
      }),
    );
  });

  it("leaves no ephemeral znode of a session that has ended", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
        const history = play(steps);
        for (const session of [...history.leader.sessions.ids]) history.closeSession(session);
        history.identities = [ALICE, BOB];
        const owners = snapshotOf(history.tree).map((line) => BigInt(JSON.parse(line)[1].ephemeralOwner.slice(0, -1)));
        expect(owners.filter((owner) => owner > 0n && owner >> 56n === 0x10n)).toEqual([]);
      }),
    );
  });
});

describe("a write that succeeds", () => {
  it("is told of to whoever watches, and changes what was told of", () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 20 }), path, (steps, at) => {
        const history = play(steps);
        history.identities = [ALICE, BOB];
        const before = history.read("exists", at).stat;
        const { code } = history.write(creation(at));
        const created = history.changes.some((change) => change.type === "created" && change.path === at);
        expect(created).toBe(code === 0);
        if (created) expect([before, history.stat(at).czxid]).toEqual([undefined, history.tree.lastZxid]);
      }),
    );
  });
});
