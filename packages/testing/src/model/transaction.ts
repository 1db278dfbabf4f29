import type { Acl } from "@zookit/core";
import { checkPermission, Permission, resolveAcl } from "./acl.js";
import { Code, Refusal } from "./code.js";
import { type Node, newNode, statOf } from "./node.js";
import type { NodeTable } from "./node-table.js";
import { ownerOf, ownership } from "./owner.js";
import { parentOfTarget, refuseSpecial, splitPath, validatePath } from "./path.js";
import type { Change, Create, GuardedChange, LogEntry, SingleWrite, WriteResult } from "./request.js";
import { sequentialName } from "./sequential-name.js";

/** Settings of the servers that show in answers. */
export interface TreeOptions {
  /** Whether TTL znodes are supported (`extendedTypesEnabled`). */
  readonly hasTtl: boolean;
}

/**
 * The execution of one log entry: its writes change the tree at once and can be undone together. Which refusal wins where
 * several apply is ZooKeeper's choice. @see ZooKeeper's PrepRequestProcessor.pRequest2Txn and DataTree.processTxn
 */
export class Transaction {
  readonly #nodes: NodeTable;
  readonly #options: TreeOptions;
  readonly #entry: LogEntry;
  readonly #changes: GuardedChange[] = [];
  readonly #undo: (() => void)[] = [];
  /** Counters of creations as far as they were given out in this transaction; see {@link sequentialName}. */
  readonly #outstanding = new Map<Node, number>();

  constructor(nodes: NodeTable, options: TreeOptions, entry: LogEntry) {
    this.#nodes = nodes;
    this.#options = options;
    this.#entry = entry;
  }

  /** What has changed so far, in order. */
  get changes(): readonly GuardedChange[] {
    return this.#changes;
  }

  /** Makes it as if nothing had been executed. */
  rollBack(): void {
    for (const undo of this.#undo.reverse()) undo();
    this.#undo.length = 0;
    this.#changes.length = 0;
  }

  /** Executes a client's write. @throws {Refusal} nothing was changed by it */
  run(write: SingleWrite): WriteResult {
    if (!this.#nodes.hasSession(this.#entry.session)) throw new Refusal(Code.sessionExpired);
    switch (write.type) {
      case "create":
        return this.#create(write);
      case "delete":
        return this.#delete(write.path, write.version);
      case "set":
        return this.#set(write.path, write.data, write.version);
      case "setAcl":
        return this.#setAcl(write.path, write.acl, write.version);
      case "check": {
        const node = this.#target(write.path, Permission.read);
        checkVersion(node.version, write.version);
        return { code: Code.ok };
      }
    }
  }

  /** Deletes a znode that is known to exist and to have no children. */
  remove(path: string): void {
    const node = this.#nodes.existing(path);
    const { parent: parentPath } = splitPath(path);
    const parent = this.#nodes.existing(parentPath);
    const { pzxid } = parent;
    this.#nodes.unlink(path);
    parent.pzxid = this.#entry.zxid;
    this.#undo.push(() => {
      this.#nodes.link(path, node);
      parent.pzxid = pzxid;
    });
    this.#tell("deleted", path, node);
    this.#tell("child", parentPath, parent);
  }

  #create(create: Create): WriteResult {
    const { zxid, timeMs, session, identities } = this.#entry;
    if (create.ttlMs !== undefined && !this.#options.hasTtl) throw new Refusal(Code.unimplemented);
    const owner = ownerOf(create, session);
    const parentPath = parentOfTarget(create.path) || "/";
    const acl = resolveAcl(create.acl, identities);
    const parent = this.#nodes.existing(parentPath);
    checkPermission(parent.acl, Permission.create, identities);
    const counter = this.#outstanding.get(parent) ?? parent.creations;
    const path = create.mode.endsWith("-sequential") ? create.path + sequentialName(counter) : create.path;
    validatePath(path);
    if (this.#nodes.get(path) !== undefined) throw new Refusal(Code.nodeExists);
    if (ownership(parent.owner).kind === "session") throw new Refusal(Code.noChildrenForEphemerals);

    const node = newNode({ data: create.data, acl, owner }, zxid, timeMs);
    this.#nodes.link(path, node);
    this.#undo.push(() => this.#nodes.unlink(path));
    this.#countCreation(parent, counter);
    this.#tell("created", path, node);
    this.#tell("child", parentPath, parent);
    return { code: Code.ok, path, stat: statOf(node) };
  }

  #countCreation(parent: Node, counter: number): void {
    const { creations, pzxid } = parent;
    const next = (counter + 1) | 0;
    this.#outstanding.set(parent, next);
    // The stored counter only grows: once it is used up it stays, and `pzxid` with it.
    if (next <= creations) return;
    parent.creations = next;
    parent.pzxid = this.#entry.zxid;
    this.#undo.push(() => Object.assign(parent, { creations, pzxid }));
  }

  #delete(path: string, version: number): WriteResult {
    const parentPath = parentOfTarget(path);
    refuseSpecial(path);
    const parent = this.#nodes.existing(parentPath);
    checkPermission(parent.acl, Permission.delete, this.#entry.identities);
    const node = this.#nodes.existing(path);
    checkVersion(node.version, version);
    if (node.children.size > 0) throw new Refusal(Code.notEmpty);
    this.remove(path);
    return { code: Code.ok };
  }

  #set(path: string, newData: Buffer | null, expected: number): WriteResult {
    const node = this.#target(path, Permission.write);
    const { data, version, mzxid, mtimeMs } = node;
    checkVersion(version, expected);
    // 3.8 and 3.9 count through -1, which stands for "any" in requests; ZooKeeper 4743 leaves it out.
    const { zxid, timeMs } = this.#entry;
    Object.assign(node, { data: newData, version: (version + 1) | 0, mzxid: zxid, mtimeMs: timeMs });
    this.#undo.push(() => Object.assign(node, { data, version, mzxid, mtimeMs }));
    this.#tell("changed", path, node);
    return { code: Code.ok, stat: statOf(node) };
  }

  #setAcl(path: string, newAcl: readonly Acl[], expected: number): WriteResult {
    validatePath(path);
    const resolved = resolveAcl(newAcl, this.#entry.identities);
    const node = this.#target(path, Permission.admin);
    const { acl, aversion } = node;
    checkVersion(aversion, expected);
    Object.assign(node, { acl: resolved, aversion: (aversion + 1) | 0 });
    this.#undo.push(() => Object.assign(node, { acl, aversion }));
    return { code: Code.ok, stat: statOf(node) };
  }

  #tell(type: Change["type"], path: string, { acl }: Node): void {
    this.#changes.push({ change: { type, path }, acl });
  }

  /** The znode of a write that names one. */
  #target(path: string, permission: number): Node {
    validatePath(path);
    const node = this.#nodes.existing(path);
    checkPermission(node.acl, permission, this.#entry.identities);
    return node;
  }
}

function checkVersion(current: number, expected: number): void {
  if (expected !== -1 && expected !== current) throw new Refusal(Code.badVersion);
}
