import { hostname } from "node:os";
import { InvalidArgumentError, type ObserveOptions, type WaitOptions, type ZooKeeper } from "@zookit/core";
import {
  type Client,
  checkFunction,
  checkIdentifier,
  checkObserveOptions,
  checkOptions,
  checkPath,
  checkWithWaitOptions,
  clientOf,
  contend,
  decodeIdentity,
  isReleaseRequest,
  LOCK_DIALECTS,
  LOCK_NAMINGS,
  type LockDialect,
  perform,
  type Queue,
  readContenders,
  toBuffer,
  withDeadline,
} from "@zookit/core/recipe";
import { followLeader } from "./follow-leader.js";
import { findLeader, type Leader, leaderOf } from "./leader.js";
import { Leadership } from "./leadership.js";
import { serve, verdictOf } from "./serve.js";

export interface ElectionOptions {
  /**
   * Who the contender says it is, for humans and for {@link Election.leader}: stored in its znode as UTF-8, and not empty. It
   * need not be unique. @default "<host name>-<process id>"
   */
  readonly identifier?: string | undefined;
  /** Whose naming of znodes is written: `curator` for LeaderSelector's, `kazoo` for its Election's. @default "curator" */
  readonly dialect?: LockDialect | undefined;
}

/** Options of {@link Election.run}. */
export interface RunOptions {
  /** Ends the run when aborted; see {@link Election.run}. */
  readonly signal?: AbortSignal | undefined;
}

/** One contender of an election, as {@link Election.contenders} lists it. */
export interface ElectionContender {
  /** Who it says it is; empty for clients that say nothing. */
  readonly identifier: string;
  /** Path of its znode. */
  readonly path: string;
  /** Whether it leads: true for the first. */
  readonly leads: boolean;
}

/**
 * Elects one leader among the contenders at a path. The object is immutable and cheap; every campaign that is won gives a
 * {@link Leadership} that owns all state. Contenders queue in the order of their arrival at the servers, those of one object
 * among each other too.
 *
 * **Protocol.** The children of `path` contend: each an ephemeral sequential znode with the contender's identifier. The one
 * with the lowest sequence number leads; every other watches the one directly before it. See `docs/guarantees.md` for what
 * that promises.
 *
 * **Cost.** Uncontended: campaign two round trips, resign one. Contended: one to arm the watch, one listing when the
 * predecessor has gone. One watch held while waiting, and one while leading for longer than 200 ms.
 *
 * **Failure.** A lost connection is waited for, while waiting as well as while leading. If the session ends while waiting,
 * the contender queues anew; while leading, the leadership is lost. Whoever leads was found in the session that its znode
 * belongs to, which was valid at that moment (H3, H45, H64).
 *
 * @example
 * const election = new Election(zk, "/elections/scheduler", { identifier: "worker-7" });
 * await election.run(async (leadership, signal) => {
 *   await leadership.proclaim("10.0.0.7:8080");
 *   await schedule({ fencingToken: leadership.fencingToken, signal });
 * }, { signal: shutdown.signal });
 *
 * @see https://zookeeper.apache.org/doc/current/recipes.html#sc_leaderElection
 * @see Curator's LeaderSelector, kazoo's recipe/election.py, etcd's concurrency.Election
 */
export class Election {
  readonly path: string;
  readonly identifier: string;
  readonly dialect: LockDialect;
  readonly #client: Client;
  readonly #queue: Queue;

  /** @throws {InvalidArgumentError} */
  constructor(zk: ZooKeeper, path: string, options?: ElectionOptions) {
    const given = checkOptions<ElectionOptions>(options, ["identifier", "dialect"]);
    const { identifier = `${hostname()}-${process.pid}`, dialect = "curator" } = given;
    this.#client = clientOf(zk);
    this.path = checkPath(path);
    if (path === "/") throw new InvalidArgumentError("the root cannot be an election", { path });
    this.identifier = checkIdentifier(identifier, path);
    if (!LOCK_DIALECTS.includes(dialect)) {
      throw new InvalidArgumentError(`dialect must be one of ${LOCK_DIALECTS.join(", ")}`, { path });
    }
    this.dialect = dialect;
    const data = toBuffer(identifier, path);
    if (isReleaseRequest(data)) {
      throw new InvalidArgumentError(`the identifier ${identifier} would be read as a request to release`, { path });
    }
    this.#queue = {
      client: this.#client,
      parent: path,
      // As each peer makes it: kazoo looks for the parent once, and would not find a container that was reaped since.
      parentMode: dialect === "kazoo" ? "persistent" : "container",
      naming: LOCK_NAMINGS[dialect],
      data,
      // An observer finds the same number.
      isTokenCzxid: true,
    };
  }

  /**
   * Waits until it leads. Without `timeoutMs` and `signal` it waits for ever, also for a connection. A second campaign of the
   * same process is a second contender, and waits until the first has resigned.
   *
   * **Abort and time-out.** Observed at every step. The contender's znode is deleted before the promise rejects; if the
   * servers do not answer within 250 ms, it rejects all the same and the deletion is repeated until the session ends.
   *
   * @throws {TimeoutError} @throws the signal's reason
   * @throws {ClosedError} @throws {NoAuthError} @throws {InvalidArgumentError}
   */
  async campaign(options?: WaitOptions): Promise<Leadership> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    const what = `campaigning at ${this.path}`;
    const place = await withDeadline(given, what, { path: this.path }, (signal) => contend(this.#queue, signal));
    return new Leadership(this.#client, place, this.identifier);
  }

  /**
   * Campaigns, calls `fn` while leading, and campaigns again when the leadership was lost, until `fn` returns while it still
   * leads: then it resigns and resolves with what `fn` returned. What `fn` throws while it leads ends the run as well: it
   * resigns and rejects with that.
   *
   * `fn` is told to stop by its second argument: a signal that aborts when the leadership is lost, or the run's own signal is
   * aborted. No second call begins before the first has settled, however long that takes; the next leader does not wait for
   * it (H65). What `fn` returns or throws after the leadership was lost is not looked at.
   *
   * When `signal` is aborted, `fn` goes on leading until it has settled; then the run resigns, and rejects with the signal's
   * reason, whatever `fn` returned or threw.
   *
   * @throws what `fn` throws. @throws the signal's reason
   * @throws {ClosedError} @throws {NoAuthError} @throws {InvalidArgumentError}
   */
  async run<T>(fn: (leadership: Leadership, signal: AbortSignal) => Promise<T> | T, options?: RunOptions): Promise<T> {
    checkFunction("fn", fn);
    const { signal } = checkOptions<RunOptions>(options, ["signal"]);
    for (;;) {
      const leadership = await this.campaign({ signal });
      const settled = await serve(leadership, (told) => fn(leadership, told), signal);
      const resigning = leadership.resign();
      const verdict = verdictOf(settled);
      if (verdict.kind === "return") {
        await resigning;
        return verdict.value;
      }
      // What ends the run tells more than a resignation that is refused.
      await resigning.catch(() => {});
      if (verdict.kind === "stop") throw signal?.reason;
      if (verdict.kind === "throw") throw verdict.error;
    }
  }

  /**
   * Who leads, clients of other languages included; `undefined` if nobody contends. A snapshot of two round trips, as current
   * as the server that answers: the leader may have lost its leadership since, or not know of it yet.
   *
   * @throws {TimeoutError} @throws the signal's reason @throws {ClosedError} @throws {NoAuthError}
   */
  async leader(options?: WaitOptions): Promise<Leader | undefined> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    const { naming } = this.#queue;
    return await perform(this.#client, {
      what: `leader of ${this.path}`,
      path: this.path,
      effect: "read",
      options: given,
      run: async (session) => {
        const found = await findLeader(session, this.path, naming);
        return found && leaderOf(found);
      },
    });
  }

  /**
   * Who leads and who waits for it, in the order of the queue, clients of other languages included. A snapshot: one round trip
   * for the listing, and one of a request for each contender.
   *
   * @throws {TimeoutError} @throws the signal's reason @throws {ClosedError} @throws {NoAuthError}
   */
  async contenders(options?: WaitOptions): Promise<readonly ElectionContender[]> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    return await perform(this.#client, {
      what: `contenders of ${this.path}`,
      path: this.path,
      effect: "read",
      options: given,
      run: async (session) => {
        const nodes = await readContenders(session, this.path, this.#queue.naming);
        return nodes.map(({ data, path }, index) => {
          const { identifier } = decodeIdentity(data);
          return { identifier, path, leads: index === 0 };
        });
      },
    });
  }

  /**
   * The leader now, and the latest after each change of who leads and of what it has proclaimed; `undefined` while nobody
   * contends. For ever, through lost connections and sessions. Nothing happens between two reads of the consumer.
   *
   * **What it does not promise.** Not every leader is seen, nor every proclamation: what was overtaken before it was asked for
   * is skipped. A leader may be shown that has lost its leadership, for up to session timeout + tick; or one that does not
   * know of its own yet. Two observers may be apart by what their servers are apart. It never goes back in time.
   *
   * **Cost.** Two round trips at first and for each other leader, one for each proclamation. One watch held: on the leader's
   * znode, or, while there is none, on the list of contenders.
   *
   * @throws the signal's reason @throws {NoAuthError} @throws {ClosedError} from the iterator.
   * @see etcd's concurrency.Election.Observe
   */
  observe(options?: ObserveOptions): AsyncIterable<Leader | undefined> {
    const signal = checkObserveOptions(options);
    return followLeader(this.#client, this.path, this.#queue.naming, signal);
  }
}
