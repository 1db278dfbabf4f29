import type { Acl, CreateMode } from "@zookit/core";
import { Leader } from "./leader.js";
import type { Change, Identity, LogEntry, Read, ReadResult, SingleWrite, Write, WriteResult } from "./request.js";
import type { TreeOptions } from "./transaction.js";
import type { Executed } from "./tree.js";
import { DataTree } from "./tree.js";

export const OPEN: readonly Acl[] = [{ scheme: "world", id: "anyone", permissions: 31 }];

const LIMITS = { tickMs: 100, minTimeoutMs: 200, maxTimeoutMs: 2_000 };

/** A tree and the leader that feeds it, with one session open; for the unit tests of the model. */
export class History {
  readonly leader = new Leader(LIMITS);
  readonly tree: DataTree;
  /** Everything that was committed. */
  readonly log: LogEntry[] = [];
  readonly session: bigint;
  nowMs = 1_000;
  /** Who writes and reads. */
  identities: readonly Identity[] = [];
  /** What the latest write has changed. */
  changes: readonly Change[] = [];

  constructor(options: TreeOptions = { hasTtl: true }) {
    this.tree = new DataTree(options);
    this.session = this.openSession();
  }

  openSession(): bigint {
    const { grant, entry } = this.leader.openSession(1_000, this.nowMs);
    this.execute(entry);
    return grant.id;
  }

  closeSession(session: bigint): void {
    const entry = this.leader.closeSession(session, this.nowMs);
    if (entry !== undefined) this.execute(entry);
  }

  execute(entry: LogEntry): Executed {
    this.log.push(entry);
    const executed = this.tree.execute(entry);
    this.changes = executed.changes.map(({ change }) => change);
    return executed;
  }

  write(write: Write, session = this.session): WriteResult {
    return this.execute(this.leader.commit(session, this.identities, write, this.nowMs)).result;
  }

  multi(...operations: readonly SingleWrite[]): readonly WriteResult[] {
    return this.write({ type: "multi", operations }).results ?? [];
  }

  create(path: string, mode: CreateMode = "persistent", session = this.session): WriteResult {
    return this.write(creation(path, mode), session);
  }

  read(type: Read["type"], path: string): ReadResult {
    return this.tree.read({ type, path }, this.identities);
  }

  /** Stat of a znode; fails where there is none. */
  stat(path: string): NonNullable<ReadResult["stat"]> {
    const stat = this.tree.statOf(path);
    if (stat === undefined) throw new Error(`there is no ${path}`);
    return stat;
  }

  /** Everything that can be seen below a path by whoever may see everything. */
  snapshot(path = "/"): unknown {
    return snapshotOf(this.tree, path);
  }
}

export function creation(path: string, mode: CreateMode = "persistent", acl = OPEN): SingleWrite {
  return { type: "create", path, data: Buffer.from(path), acl, mode };
}

/** What is at a path and below it, as text, whatever the ACLs say. */
export function snapshotOf(tree: DataTree, path = "/"): readonly string[] {
  // Whom the ACLs of these tests name.
  const everybody: Identity[] = [
    { scheme: "digest", id: "alice:hash" },
    { scheme: "digest", id: "bob:hash" },
  ];
  const stat = tree.statOf(path);
  const { data } = tree.read({ type: "get", path }, everybody);
  const { acl } = tree.read({ type: "getAcl", path }, everybody);
  const { children = [] } = tree.read({ type: "children", path }, everybody);
  const line = JSON.stringify([path, stat, data?.toString(), acl], (_, value) =>
    typeof value === "bigint" ? `${value}n` : value,
  );
  const below = [...children].sort().map((name) => (path === "/" ? `/${name}` : `${path}/${name}`));
  return [line, ...below.flatMap((child) => snapshotOf(tree, child))];
}
