import { type Acl, checkAcl } from "./acl.js";
import { checkFunction, checkInteger } from "./check.js";
import { Client } from "./client.js";
import type { ObserveOptions, WaitOptions } from "./deadline.js";
import { InvalidArgumentError, NoNodeError } from "./errors.js";
import type { LiveSession } from "./live-session.js";
import { createNode, deleteTree, ensurePath } from "./nodes.js";
import { observe } from "./observe.js";
import { checkPath, checkSequentialPath } from "./path.js";
import { bounded, checkObserveOptions, checkWithWaitOptions, perform } from "./perform.js";
import type { Session } from "./session.js";
import type { ClientState } from "./state.js";
import { type NodeData, type UpdateFunction, type UpdateOptions, update } from "./update.js";
import { CREATE_MODES, type CreateMode, type Data, type Stat, toBuffer } from "./znode.js";

/** Largest time to live, in milliseconds: the binding passes on 31 bits of it. */
const MAX_TTL_MS = 2 ** 31 - 1;

const INT32_MAX = 2 ** 31 - 1;

export interface CreateOptions extends WaitOptions {
  /** @default "persistent" */
  readonly mode?: CreateMode | undefined;
  /** Access control list of the znode. @default the client's `acl`, or open to everyone */
  readonly acl?: readonly Acl[] | undefined;
  /**
   * Makes a persistent znode a TTL znode: the server deletes it when it has no children and was not changed for this
   * long, in milliseconds. Range 1 to 2³¹ − 1. Needs `extendedTypesEnabled` at the servers.
   */
  readonly ttlMs?: number | undefined;
  /** Creates the missing parents too, as persistent znodes. @default false */
  readonly parents?: boolean | undefined;
}

export interface SetOptions extends WaitOptions {
  /** Version that the data must have, or −1 for any. Range −1 to 2³¹ − 1. @default -1 */
  readonly version?: number | undefined;
}

export interface DeleteOptions extends SetOptions {
  /** Deletes everything below it first. @default false */
  readonly recursive?: boolean | undefined;
}

/** A znode's children, by name and unordered, with its metadata. */
export interface NodeChildren {
  readonly children: readonly string[];
  readonly stat: Stat;
}

let clientOfZooKeeper: (zk: ZooKeeper) => Client;

/** The engine behind a client, for the toolkit of recipe authors. @throws {InvalidArgumentError} not a ZooKeeper. */
export function clientOf(zk: unknown): Client {
  if (!(zk instanceof ZooKeeper)) throw new InvalidArgumentError("expected a ZooKeeper, as connect() returns it");
  return clientOfZooKeeper(zk);
}

/**
 * A session-aware ZooKeeper client. Made by {@link connect}.
 *
 * **Waiting.** While there is no connection, operations wait for one, for `timeoutMs` or else the retry policy's
 * `maxElapsedMs` in total, then reject with {@link TimeoutError}.
 *
 * **Failure.** Reads are repeated after a lost connection, in a new session too. A write is repeated only while it has
 * never left the client; otherwise it rejects with {@link ConnectionLossError}, {@link SessionLostError},
 * {@link ClosedError} or {@link TimeoutError} with `outcome: "unknown"`. Errors with `outcome: "not-applied"` changed
 * nothing. {@link update} resolves the unknown where it can be resolved.
 *
 * **Cost.** One round trip each, unless stated otherwise.
 *
 * @throws {InvalidArgumentError} from every method, for arguments that are wrong; nothing was sent.
 * @throws {ClosedError} from every method, once the client is closed.
 */
export class ZooKeeper {
  readonly #client: Client;

  static {
    clientOfZooKeeper = (zk) => zk.#client;
  }

  /** @internal Use {@link connect}. */
  constructor(client: Client) {
    if (!(client instanceof Client)) throw new InvalidArgumentError("a ZooKeeper is made by connect()");
    this.#client = client;
  }

  /** What the client is doing now; see {@link ClientState}. */
  get state(): ClientState {
    return this.#client.state;
  }

  /** The present session, or the one that has ended while the next is being opened. */
  get session(): Session {
    return this.#client.session;
  }

  /** The present state, then the latest one after each change. Ends after `closed`. */
  states(options?: ObserveOptions): AsyncIterable<ClientState> {
    return this.#client.states(checkObserveOptions(options));
  }

  /**
   * Creates a znode and returns its path, which for a sequential znode ends in the sequence number.
   *
   * **Cost.** One round trip; with an ACL one more: the binding cannot create with an ACL, so the znode has the open ACL
   * until the second request is applied. With `parents` two or three more for each missing one, which gets the same ACL.
   *
   * **Failure.** See the class. A sequential create whose outcome is unknown may have left a znode whose name is unknown;
   * recipes use a protected create instead.
   *
   * @throws {NodeExistsError} @throws {NoNodeError} the parent is missing. @throws {NoAuthError}
   * @throws {NoChildrenForEphemeralsError} @throws {DataTooLargeError} @throws {InvalidAclError}
   * @throws {UnimplementedError} the servers do not support TTL or container znodes.
   */
  async create(path: string, data?: Data, options?: CreateOptions): Promise<string> {
    const given = checkWithWaitOptions<CreateOptions>(options, ["mode", "acl", "ttlMs", "parents"]);
    const { mode = "persistent", acl = this.#client.settings.acl, ttlMs, parents = false } = given;
    if (!CREATE_MODES.includes(mode)) {
      throw new InvalidArgumentError(`mode must be one of ${CREATE_MODES.join(", ")}`);
    }
    if (mode.endsWith("-sequential")) checkSequentialPath(path);
    else checkPath(path);
    if (acl !== undefined) checkAcl(acl, path);
    checkBoolean("parents", parents);
    if (ttlMs !== undefined) {
      checkInteger("ttlMs", ttlMs, 1, MAX_TTL_MS);
      if (!mode.startsWith("persistent")) throw new InvalidArgumentError(`a ${mode} znode cannot have a ttlMs`);
    }
    const node = { path, data: toBuffer(data, path), mode, acl, ttlMs };
    return await bounded(this.#client, { what: `create ${path}`, path, options: given }, (step) =>
      createNode(this.#client, node, parents, step),
    );
  }

  /** Reads a znode's data and metadata. @throws {NoNodeError} @throws {NoAuthError} */
  async get(path: string, options?: WaitOptions): Promise<NodeData> {
    return await this.#read("get", path, options, (session) => session.request("get", { path, watch: false }));
  }

  /** Reads a znode's metadata; `undefined` if there is no such znode. @throws {NoAuthError} */
  async exists(path: string, options?: WaitOptions): Promise<Stat | undefined> {
    return await this.#read("exists", path, options, (session) =>
      session.request("exists", { path, watch: false }).catch((error) => {
        if (error instanceof NoNodeError) return undefined;
        throw error;
      }),
    );
  }

  /** Lists a znode's children. @throws {NoNodeError} @throws {NoAuthError} */
  async children(path: string, options?: WaitOptions): Promise<NodeChildren> {
    return await this.#read("children", path, options, (session) =>
      session.request("children", { path, watch: false }),
    );
  }

  /**
   * Makes the server that this client is connected to apply everything committed so far, so that the next read sees it.
   * Not linearizable while the ensemble changes its leader: a deposed leader may answer.
   */
  async sync(path: string, options?: WaitOptions): Promise<void> {
    await this.#read("sync", path, options, (session) => session.request("sync", { path }));
  }

  /** Replaces a znode's data. @throws {NoNodeError} @throws {BadVersionError} @throws {NoAuthError} @throws {DataTooLargeError} */
  async set(path: string, data: Data, options?: SetOptions): Promise<Stat> {
    const given = checkWithWaitOptions<SetOptions>(options, ["version"]);
    const version = checkVersion(given.version);
    if (data === undefined) throw new InvalidArgumentError("data must be a string or a Uint8Array, not undefined");
    const bytes = toBuffer(data, checkPath(path));
    return await this.#write("set", path, given, (session) => session.request("set", { path, data: bytes, version }));
  }

  /** Replaces a znode's ACL; `version` is that of the ACL (`aversion`). @throws {NoNodeError} @throws {BadVersionError} @throws {NoAuthError} @throws {InvalidAclError} */
  async setAcl(path: string, acl: readonly Acl[], options?: SetOptions): Promise<void> {
    const given = checkWithWaitOptions<SetOptions>(options, ["version"]);
    const version = checkVersion(given.version);
    checkAcl(acl, checkPath(path));
    await this.#write("setAcl", path, given, (session) => session.request("setAcl", { path, acl, version }));
  }

  /**
   * Deletes a znode; with `recursive` everything below it first, which costs two requests a znode and is not atomic:
   * an error can leave a part deleted, whatever its `outcome` says of the znode itself, whose `version` is checked last.
   *
   * @throws {NoNodeError} @throws {BadVersionError} @throws {NotEmptyError} @throws {NoAuthError}
   */
  async delete(path: string, options?: DeleteOptions): Promise<void> {
    const given = checkWithWaitOptions<DeleteOptions>(options, ["version", "recursive"]);
    const version = checkVersion(given.version);
    const { recursive = false } = given;
    checkBoolean("recursive", recursive);
    if (checkPath(path) === "/") throw new InvalidArgumentError("the root cannot be deleted", { path });
    await this.#write("delete", path, given, (session, signal) =>
      recursive ? deleteTree(session, path, version, signal) : session.request("delete", { path, version }),
    );
  }

  /**
   * Creates a persistent znode and its missing parents, all empty; leaves what is there as it is. Safe to repeat, and
   * repeated after a lost answer. Costs one round trip if at most the last is missing, else three for each missing one.
   *
   * @throws {NoAuthError} @throws {NoChildrenForEphemeralsError}
   */
  async ensurePath(path: string, options?: WaitOptions): Promise<void> {
    const given = checkWithWaitOptions(options);
    checkPath(path);
    await bounded(this.#client, { what: `ensure ${path}`, path, options: given }, (step) =>
      ensurePath(this.#client, path, "persistent", this.#client.settings.acl, step),
    );
  }

  /**
   * Version-checked read-modify-write: reads the znode, passes data and metadata to `fn`, and stores what it returns
   * only if nobody has written in between; otherwise begins again. Returns what is stored then. If `fn` returns
   * `undefined`, nothing is written.
   *
   * **Cost.** Two round trips without a conflict. Conflicts are repeated with back-off.
   *
   * **Failure.** After a lost answer the same compare-and-set is sent again, which cannot apply twice. If it is then
   * refused, what is stored decides: `contains`, if given; else one write since, with other bytes, was somebody else's, and
   * the update begins again. Everything else may have been ours, and ends in {@link UnknownOutcomeError}.
   *
   * @example
   * await zk.update("/config", (data) => JSON.stringify({ ...JSON.parse(data.toString()), mode: "dark" }));
   *
   * @throws {NoNodeError} @throws {NoAuthError} @throws {UnknownOutcomeError} @throws {DataTooLargeError}
   * @throws what `fn` throws.
   */
  async update(path: string, fn: UpdateFunction, options?: UpdateOptions): Promise<NodeData> {
    const given = checkWithWaitOptions<UpdateOptions>(options, ["contains"]);
    checkPath(path);
    checkFunction("fn", fn);
    if (given.contains !== undefined) checkFunction("contains", given.contains);
    return await update(this.#client, path, fn, given);
  }

  /**
   * The znode's data now, and the latest after each change; `undefined` while there is no such znode. The watch is armed
   * again for ever, across reconnects and sessions; states that were overtaken before they were asked for are skipped.
   *
   * Costs one round trip for each value, and one watch at the server.
   *
   * @throws {NoAuthError} @throws {ClosedError} from the iterator.
   */
  watchData(path: string, options?: ObserveOptions): AsyncIterable<NodeData | undefined> {
    const signal = checkObserveOptions(options);
    return observe(this.#client, checkPath(path), "data", signal, (session) =>
      session.request("get", { path, watch: true }),
    );
  }

  /** The znode's children now, and the latest after each change; otherwise as {@link watchData}. */
  watchChildren(path: string, options?: ObserveOptions): AsyncIterable<NodeChildren | undefined> {
    const signal = checkObserveOptions(options);
    return observe<NodeChildren>(this.#client, checkPath(path), "children", signal, (session) =>
      session.request("children", { path, watch: true }),
    );
  }

  /**
   * Ends the session and releases everything; handles of recipes are lost. Safe to repeat. Requests under way get half a
   * second to be answered; what waits rejects with {@link ClosedError}. When it resolves, the server has deleted the
   * session's ephemeral znodes, or the session ends at its time-out if no server could be reached. Blocks the event loop
   * for a round trip; for up to 1.5 s if the server is silent, 4.5 s if the socket's buffer is full as well.
   */
  async close(): Promise<void> {
    await this.#client.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #read<T>(
    name: string,
    path: string,
    options: WaitOptions | undefined,
    run: (session: LiveSession) => Promise<T>,
  ): Promise<T> {
    const given = checkWithWaitOptions(options);
    checkPath(path);
    return await perform(this.#client, { what: `${name} ${path}`, path, effect: "read", options: given, run });
  }

  async #write<T>(
    name: string,
    path: string,
    options: WaitOptions,
    run: (session: LiveSession, signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    return await perform(this.#client, { what: `${name} ${path}`, path, effect: "write", options, run });
  }
}

function checkVersion(version: number | undefined): number {
  return version === undefined ? -1 : checkInteger("version", version, -1, INT32_MAX);
}

function checkBoolean(name: string, value: unknown): void {
  if (typeof value !== "boolean") throw new InvalidArgumentError(`${name} must be a boolean`);
}
