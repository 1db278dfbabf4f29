import { checkPermission, isPermitted, Permission, withoutDigests } from "./acl.js";
import { Code, Refusal } from "./code.js";
import { type Node, statOf } from "./node.js";
import { firstNodes } from "./node-table.js";
import { ownership } from "./owner.js";
import type {
  GuardedChange,
  Identity,
  LogEntry,
  NodeStat,
  Read,
  ReadResult,
  SingleWrite,
  WriteResult,
} from "./request.js";
import { Transaction, type TreeOptions } from "./transaction.js";

/** What a transaction came to: the client's result, and what has changed, in order. */
export interface Executed {
  readonly result: WriteResult;
  readonly changes: readonly GuardedChange[];
}

/**
 * ZooKeeper's data tree as one pure state machine: the same entries in the same order give the same tree and the same
 * results, so that several servers are several trees fed from one log, each as far as it has got.
 *
 * Refused entries change nothing, but have their zxid, as with ZooKeeper. What clients were told and what they see is
 * compared with a real server by the conformance tests (`test/conformance`). Left out are quotas and reconfiguration.
 */
export class DataTree {
  readonly #options: TreeOptions;
  readonly #nodes = firstNodes();
  #lastZxid = 0n;

  constructor(options: TreeOptions) {
    this.#options = options;
  }

  /** zxid of the latest entry executed. */
  get lastZxid(): bigint {
    return this.#lastZxid;
  }

  hasSession(session: bigint): boolean {
    return this.#nodes.hasSession(session);
  }

  /**
   * Paths of a session's ephemeral znodes.
   *
   * @param prefix what they begin with, as text; ZooKeeper takes blank ones and the root as "all".
   */
  ephemeralsOf(session: bigint, prefix = ""): readonly string[] {
    const isAll = prefix.trim() === "" || prefix.trim() === "/";
    return this.#nodes.ephemeralsOf(session).filter((path) => isAll || path.startsWith(prefix));
  }

  /** Paths of containers that are empty after they had children, and of TTL znodes whose time is up. */
  due(nowMs: number): readonly string[] {
    return this.#nodes.due(nowMs);
  }

  /** Sets a counter of a znode to what it would take very many writes to reach. */
  override(path: string, counters: { readonly creations?: number; readonly version?: number }): void {
    Object.assign(this.#nodes.existing(path), counters);
  }

  execute(entry: LogEntry): Executed {
    this.#lastZxid = entry.zxid;
    const transaction = new Transaction(this.#nodes, this.#options, entry);
    const { write } = entry;
    const result =
      write.type === "multi"
        ? multi(transaction, write.operations)
        : attempt<WriteResult>(() => this.#run(transaction, entry));
    return { result, changes: transaction.changes };
  }

  /** What is there, whoever asks. */
  statOf(path: string): NodeStat | undefined {
    const node = this.#nodes.get(path);
    return node && statOf(node);
  }

  /** Answers a client. `exists` wants no permission; it wants that to read from 3.8.4 and 3.9.2 on. */
  read(read: Read, identities: readonly Identity[]): ReadResult {
    return attempt<ReadResult>(() => {
      if (read.type === "exists" && read.path.includes("\0")) throw new Refusal(Code.badArguments);
      const node = this.#nodes.existing(read.path);
      if (read.type === "exists") return { code: Code.ok, stat: statOf(node) };
      if (read.type === "getAcl") return readAcl(node, identities);
      checkPermission(node.acl, Permission.read, identities);
      if (read.type === "countBelow") return { code: Code.ok, count: this.#nodes.countBelow(read.path) };
      const stat = statOf(node);
      if (read.type === "get") return { code: Code.ok, stat, data: node.data };
      return { code: Code.ok, stat, children: [...node.children] };
    });
  }

  #run(transaction: Transaction, { write, session }: LogEntry): WriteResult {
    switch (write.type) {
      case "openSession":
        this.#nodes.openSession(session);
        return { code: Code.ok };
      case "closeSession":
        for (const path of this.#nodes.ephemeralsOf(session)) transaction.remove(path);
        this.#nodes.closeSession(session);
        return { code: Code.ok };
      case "reap": {
        const node = this.#nodes.existing(write.path);
        if (node.children.size > 0) throw new Refusal(Code.notEmpty);
        if (ownership(node.owner).kind === "session") throw new Refusal(Code.badVersion);
        transaction.remove(write.path);
        return { code: Code.ok };
      }
      case "multi":
        throw new Refusal(Code.badArguments);
      default:
        return transaction.run(write);
    }
  }
}

/** All or nothing. @see ZooKeeper's PrepRequestProcessor and DataTree.processTxn for the codes */
function multi(transaction: Transaction, operations: readonly SingleWrite[]): WriteResult {
  const results: WriteResult[] = [];
  for (const operation of operations) {
    const result = attempt<WriteResult>(() => transaction.run(operation));
    results.push(result);
    if (result.code === Code.ok) continue;
    transaction.rollBack();
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

function readAcl(node: Node, identities: readonly Identity[]): ReadResult {
  checkPermission(node.acl, Permission.read | Permission.admin, identities);
  const isAdmin = isPermitted(node.acl, Permission.admin, identities);
  return { code: Code.ok, stat: statOf(node), acl: isAdmin ? node.acl : withoutDigests(node.acl) };
}

/** A refusal is a result. */
function attempt<Result>(run: () => Result | { readonly code: number }): Result | { readonly code: number } {
  try {
    return run();
  } catch (error) {
    if (error instanceof Refusal) return { code: error.code };
    throw error;
  }
}
