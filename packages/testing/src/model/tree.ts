import type { Acl } from "@zookit/core";
import { checkPermission, isPermitted, Permission, resolveAcl, withoutDigests } from "./acl.js";
import { Code, Refusal } from "./code.js";
import { type Node, newNode, statOf } from "./node.js";
import { NO_OWNER, ownerOf, ownership } from "./owner.js";
import { parentOfTarget, refuseSpecial, splitPath, validatePath } from "./path.js";
import type { Change, Create, Identity, LogEntry, Read, ReadResult, SingleWrite, WriteResult } from "./request.js";
import { sequentialName } from "./sequential-name.js";

const EVERYBODY: readonly Acl[] = [{ scheme: "world", id: "anyone", permissions: 31 }];
const READERS: readonly Acl[] = [{ scheme: "world", id: "anyone", permissions: Permission.read }];

/** What a transaction came to: the client's result, and what has changed, in order. */
export interface Executed {
  readonly result: WriteResult;
  readonly changes: readonly Change[];
}

/** Settings of the servers that show in answers. */
export interface TreeOptions {
  /** Whether TTL znodes are supported (`extendedTypesEnabled`). */
  readonly hasTtl: boolean;
}

/**
 * ZooKeeper's data tree as one pure state machine: the same entries in the same order give the same tree and the same
 * results, so that several servers are several trees fed from one log, each as far as it has got.
 *
 * Refused entries change nothing, but have their zxid, as with ZooKeeper. What clients were told and what they see is
 * compared with a real server by the conformance tests.
 */
export class DataTree {
  readonly #options: TreeOptions;
  readonly #nodes = new Map<string, Node>();
  /** Paths of the ephemeral znodes of each session that is open. */
  readonly #sessions = new Map<bigint, Set<string>>();
  readonly #reapable = new Set<string>();
  #lastZxid = 0n;
  #changes: Change[] = [];
  #undo: (() => void)[] = [];
  /** Counters of creations as far as they were given out in the transaction under way; see {@link sequentialName}. */
  #outstanding = new Map<string, number>();

  constructor(options: TreeOptions) {
    this.#options = options;
    for (const path of ["/", "/zookeeper", "/zookeeper/config", "/zookeeper/quota"]) {
      const acl = path === "/zookeeper/config" ? READERS : EVERYBODY;
      this.#nodes.set(path, newNode({ data: Buffer.alloc(0), acl, owner: NO_OWNER }, 0n, 0));
      const { parent, name } = splitPath(path);
      if (name !== "") this.#nodes.get(parent)?.children.add(name);
    }
  }

  /** zxid of the latest entry executed. */
  get lastZxid(): bigint {
    return this.#lastZxid;
  }

  hasSession(session: bigint): boolean {
    return this.#sessions.has(session);
  }

  /** Paths of a session's ephemeral znodes. */
  ephemeralsOf(session: bigint): readonly string[] {
    return [...(this.#sessions.get(session) ?? [])];
  }

  /** Paths of containers that are empty after they had children, and of TTL znodes whose time is up. */
  due(nowMs: number): readonly string[] {
    return [...this.#reapable].filter((path) => this.#isDue(path, nowMs));
  }

  /** Sets a counter of a znode to what it would take very many writes to reach. */
  override(path: string, counters: { readonly creations?: number; readonly version?: number }): void {
    Object.assign(this.#existing(path), counters);
  }

  execute(entry: LogEntry): Executed {
    this.#lastZxid = entry.zxid;
    this.#changes = [];
    this.#undo = [];
    this.#outstanding.clear();
    const { write } = entry;
    const result =
      write.type === "multi" ? this.#multi(entry, write.operations) : this.#attempt(() => this.#run(entry));
    return { result, changes: this.#changes };
  }

  read(read: Read, identities: readonly Identity[]): ReadResult {
    try {
      const node = this.#existing(read.path);
      const stat = statOf(node);
      if (read.type === "exists") return { code: Code.ok, stat };
      if (read.type === "getAcl") {
        checkPermission(node.acl, Permission.read | Permission.admin, identities);
        const isAdmin = isPermitted(node.acl, Permission.admin, identities);
        return { code: Code.ok, stat, acl: isAdmin ? node.acl : withoutDigests(node.acl) };
      }
      checkPermission(node.acl, Permission.read, identities);
      if (read.type === "get") return { code: Code.ok, stat, data: node.data };
      return { code: Code.ok, stat, children: [...node.children] };
    } catch (error) {
      return { code: codeOf(error) };
    }
  }

  #run(entry: LogEntry): WriteResult {
    const { write, session } = entry;
    switch (write.type) {
      case "openSession":
        this.#sessions.set(session, new Set());
        return { code: Code.ok };
      case "closeSession":
        for (const path of this.ephemeralsOf(session)) this.#remove(path, entry.zxid);
        this.#sessions.delete(session);
        return { code: Code.ok };
      case "reap":
        if (!this.#isDue(write.path, entry.timeMs)) throw new Refusal(Code.badVersion);
        this.#remove(write.path, entry.zxid);
        return { code: Code.ok };
      case "multi":
        throw new Refusal(Code.badArguments);
      default:
        return this.#single(entry, write);
    }
  }

  #single(entry: LogEntry, write: SingleWrite): WriteResult {
    if (!this.#sessions.has(entry.session)) throw new Refusal(Code.sessionExpired);
    switch (write.type) {
      case "create":
        return this.#create(entry, write);
      case "delete":
        return this.#delete(entry, write);
      case "set":
        return this.#set(entry, write);
      case "setAcl":
        return this.#setAcl(entry, write);
      case "check": {
        const node = this.#target(write.path, Permission.read, entry.identities);
        checkVersion(node.version, write.version);
        return { code: Code.ok };
      }
    }
  }

  /** All or nothing. @see ZooKeeper's PrepRequestProcessor and DataTree.processTxn for the codes */
  #multi(entry: LogEntry, operations: readonly SingleWrite[]): WriteResult {
    const results: WriteResult[] = [];
    for (const operation of operations) {
      const result = this.#attempt(() => this.#single(entry, operation));
      results.push(result);
      if (result.code === Code.ok) continue;
      for (const undo of this.#undo.reverse()) undo();
      this.#changes = [];
      const failedAt = results.length - 1;
      return {
        code: Code.ok,
        results: operations.map((_, index) => {
          if (index === failedAt) return result;
          return { code: index < failedAt ? Code.ok : Code.runtimeInconsistency };
        }),
      };
    }
    return { code: Code.ok, results };
  }

  #attempt(run: () => WriteResult): WriteResult {
    try {
      return run();
    } catch (error) {
      return { code: codeOf(error) };
    }
  }

  #create(entry: LogEntry, create: Create): WriteResult {
    const { zxid, timeMs, session, identities } = entry;
    if (create.ttlMs !== undefined && !this.#options.hasTtl) throw new Refusal(Code.unimplemented);
    const owner = ownerOf(create, session);
    const parentPath = parentOfTarget(create.path) || "/";
    const acl = resolveAcl(create.acl, identities);
    const parent = this.#existing(parentPath);
    checkPermission(parent.acl, Permission.create, identities);
    const counter = this.#outstanding.get(parentPath) ?? parent.creations;
    const path = create.mode.endsWith("-sequential") ? create.path + sequentialName(counter) : create.path;
    validatePath(path);
    if (this.#nodes.has(path)) throw new Refusal(Code.nodeExists);
    if (ownership(parent.owner).kind === "session") throw new Refusal(Code.noChildrenForEphemerals);

    const node = newNode({ data: create.data, acl, owner }, zxid, timeMs);
    this.#link(path, node);
    const { creations, pzxid } = parent;
    const next = (counter + 1) | 0;
    this.#outstanding.set(parentPath, next);
    // The stored counter only grows: once it is used up it stays, and `pzxid` with it.
    if (next > creations) {
      parent.creations = next;
      parent.pzxid = zxid;
    }
    this.#undo.push(() => {
      this.#unlink(path);
      parent.creations = creations;
      parent.pzxid = pzxid;
    });
    this.#changes.push({ type: "created", path }, { type: "child", path: parentPath });
    return { code: Code.ok, path, stat: statOf(node) };
  }

  #delete({ zxid, identities }: LogEntry, { path, version }: { path: string; version: number }): WriteResult {
    const parentPath = parentOfTarget(path) || "/";
    refuseSpecial(path);
    const parent = this.#existing(parentPath);
    checkPermission(parent.acl, Permission.delete, identities);
    const node = this.#existing(path);
    checkVersion(node.version, version);
    if (node.children.size > 0) throw new Refusal(Code.notEmpty);
    this.#remove(path, zxid);
    return { code: Code.ok };
  }

  #set({ zxid, timeMs, identities }: LogEntry, write: { path: string; data: Buffer; version: number }): WriteResult {
    const node = this.#target(write.path, Permission.write, identities);
    const { data, version, mzxid, mtimeMs } = node;
    checkVersion(version, write.version);
    Object.assign(node, { data: write.data, version: (version + 1) | 0, mzxid: zxid, mtimeMs: timeMs });
    this.#undo.push(() => Object.assign(node, { data, version, mzxid, mtimeMs }));
    this.#changes.push({ type: "changed", path: write.path });
    return { code: Code.ok, stat: statOf(node) };
  }

  #setAcl({ identities }: LogEntry, write: { path: string; acl: readonly Acl[]; version: number }): WriteResult {
    validatePath(write.path);
    const resolved = resolveAcl(write.acl, identities);
    const node = this.#target(write.path, Permission.admin, identities);
    const { acl, aversion } = node;
    checkVersion(aversion, write.version);
    Object.assign(node, { acl: resolved, aversion: (aversion + 1) | 0 });
    this.#undo.push(() => Object.assign(node, { acl, aversion }));
    return { code: Code.ok, stat: statOf(node) };
  }

  /** Deletes a znode that is known to exist. */
  #remove(path: string, zxid: bigint): void {
    const node = this.#existing(path);
    const { parent: parentPath } = splitPath(path);
    const parent = this.#existing(parentPath);
    const { pzxid } = parent;
    this.#unlink(path);
    parent.pzxid = zxid;
    this.#undo.push(() => {
      this.#link(path, node);
      parent.pzxid = pzxid;
    });
    this.#changes.push({ type: "deleted", path }, { type: "child", path: parentPath });
  }

  #link(path: string, node: Node): void {
    const { parent, name } = splitPath(path);
    this.#nodes.set(path, node);
    this.#existing(parent).children.add(name);
    const { kind } = ownership(node.owner);
    if (kind === "session") this.#sessions.get(node.owner)?.add(path);
    if (kind === "container" || kind === "ttl") this.#reapable.add(path);
  }

  #unlink(path: string): void {
    const { parent, name } = splitPath(path);
    const { owner } = this.#existing(path);
    this.#nodes.delete(path);
    this.#existing(parent).children.delete(name);
    this.#sessions.get(owner)?.delete(path);
    this.#reapable.delete(path);
  }

  #isDue(path: string, nowMs: number): boolean {
    const node = this.#nodes.get(path);
    if (node === undefined || node.children.size > 0) return false;
    const owned = ownership(node.owner);
    if (owned.kind === "container") return node.creations > 0;
    return owned.kind === "ttl" && nowMs - node.mtimeMs > owned.ttlMs;
  }

  /** The znode of a write that names one. */
  #target(path: string, permission: number, identities: readonly Identity[]): Node {
    validatePath(path);
    const node = this.#existing(path);
    checkPermission(node.acl, permission, identities);
    return node;
  }

  #existing(path: string): Node {
    const node = this.#nodes.get(path);
    if (node === undefined) throw new Refusal(Code.noNode);
    return node;
  }
}

function checkVersion(current: number, expected: number): void {
  if (expected !== -1 && expected !== current) throw new Refusal(Code.badVersion);
}

function codeOf(error: unknown): number {
  if (error instanceof Refusal) return error.code;
  throw error;
}
