import { setMaxListeners } from "node:events";
import { Code, errorForAnswer, isAnswer, isLoss } from "./codes.js";
import { publishOperation } from "./diagnostics.js";
import { EphemeralBudget } from "./ephemeral-budget.js";
import {
  AuthFailedError,
  ClosedError,
  ConnectionLossError,
  type ErrorDetails,
  isLossError,
  type Outcome,
  SessionLostError,
  type ZookitError,
} from "./errors.js";
import { Flow } from "./flow.js";
import { Liveness } from "./liveness.js";
import { checkPacketSize } from "./packet-size.js";
import { type Chroot, NO_CHROOT } from "./path.js";
import type { Session } from "./session.js";
import type {
  OperationName,
  Operations,
  Reply,
  SessionRequest,
  Transport,
  TransportCapability,
  TransportEvents,
  TransportSession,
} from "./transport.js";
import { now } from "./validity.js";
import { type Watch, type WatchKind, WatchTable } from "./watch-table.js";

/** What a session tells the client that opened it. */
export interface SessionEvents {
  /** The first request on a new connection was answered: reads are current, the deadline is known. */
  synchronized(): void;
  disconnected(): void;
  connectFailed(cause: Error): void;
  ended(reason: ZookitError): void;
}

const WRITES: ReadonlySet<OperationName> = new Set(["create", "set", "delete", "setAcl"]);

/**
 * What only the leader can answer. It keeps the countdown of the session; a follower answers reads by itself, and goes on
 * doing so for `syncLimit` ticks after it was cut off from the leader.
 */
const ANSWERED_BY_LEADER: ReadonlySet<OperationName> = new Set<OperationName>([...WRITES, "sync"]);

/** A path at which there is never a znode. */
const NOWHERE = "/zookit-never-exists";

type Phase = "opening" | "connected" | "suspended" | "ended";

/**
 * One session, from its first connection to its end, with its deadline, its heartbeat and its watches.
 *
 * A step of a recipe holds on to the session it began in. When that session has ended, every further request through it
 * is refused, so that nothing of an older epoch can act in a newer one (H22, H23).
 *
 * A connection counts only once a write has been answered on it. The server behind a new connection may lag; when it answers
 * a write, it has applied everything committed before, so that the outcome of a request lost with the old connection can be
 * looked up by plain reads (H2, H18), and the send time of an answered request is known from the start. A `sync` would not
 * do: a leader that was deposed, and does not know it yet, answers it by itself, a write never (H19).
 */
export class LiveSession implements Session {
  readonly epoch: number;
  readonly capabilities: ReadonlySet<TransportCapability>;
  readonly #events: SessionEvents;
  readonly #chroot: Chroot;
  readonly #transport: TransportSession;
  readonly #lost = new AbortController();
  readonly #watches = new WatchTable();
  readonly #liveness: Liveness;
  readonly #flow = new Flow(() => this.timeoutMs);
  readonly #ephemerals = new EphemeralBudget();
  #phase: Phase = "opening";
  #id = "";

  constructor(transport: Transport, request: SessionRequest, chroot: Chroot, epoch: number, events: SessionEvents) {
    this.epoch = epoch;
    // Every holding of the session listens: many of them are no leak.
    setMaxListeners(0, this.#lost.signal);
    this.capabilities = transport.capabilities;
    this.#chroot = chroot;
    this.#events = events;
    this.#liveness = new Liveness({
      heartbeatDue: () => this.#heartbeat(),
      passed: () => this.#end(new SessionLostError(`no answer within the validity of session ${this.#id}`)),
    });
    this.#transport = transport.open(request, this.#transportEvents());
  }

  get id(): string {
    return this.#id;
  }

  get timeoutMs(): number {
    return this.#liveness.timeoutMs;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  get validUntil(): number {
    return this.#liveness.validUntil;
  }

  /**
   * Whether the servers cannot have expired the session yet. True is an answer about this very moment; false is final: a
   * deadline found to have passed ends the session on the spot, before any event says so (H14, H15).
   */
  isValid(): boolean {
    return this.#liveness.isValid();
  }

  /**
   * Sends a request now, or refuses it with `not-applied` when the session is not connected.
   *
   * @throws {SessionLostError} the session has ended.
   * @throws {ConnectionLossError} it is suspended, or the connection was lost while the request was under way.
   * @throws {ZookitError} ZooKeeper's own errors.
   */
  request<Name extends OperationName>(
    operation: Name,
    request: Operations[Name]["request"],
  ): Promise<Operations[Name]["value"]> {
    return this.#gated(operation, request, this.#chroot);
  }

  /** The same for an absolute path of the server, for what lies above the chroot. */
  requestAbsolute<Name extends OperationName>(
    operation: Name,
    request: Operations[Name]["request"],
  ): Promise<Operations[Name]["value"]> {
    return this.#gated(operation, request, NO_CHROOT);
  }

  /** Registers interest in a path; to be called before the read that arms the watch is sent. */
  watch(kind: WatchKind, path: string): Watch {
    const watch = this.#watches.add(kind, this.#chroot.toServer(path));
    if (this.#phase === "ended") this.#watches.fireAll();
    return watch;
  }

  /** Ends the session at the server, if that can be reached. */
  async close(reason: ZookitError): Promise<void> {
    this.#end(reason);
    await this.#transport.close();
  }

  #transportEvents(): TransportEvents {
    return {
      connected: ({ id, timeoutMs }) => {
        if (this.#phase === "ended") return;
        if (this.#id !== "" && id !== this.#id) {
          this.#end(new SessionLostError(`the server has put session ${id} in the place of session ${this.#id}`));
          return;
        }
        this.#id = id;
        this.#liveness.negotiated(timeoutMs);
        void this.#synchronize();
      },
      disconnected: () => {
        if (this.#phase !== "connected") return;
        this.#phase = "suspended";
        this.#events.disconnected();
      },
      connectFailed: (cause) => this.#events.connectFailed(cause),
      ended: (reason) =>
        this.#end(
          reason === "expired"
            ? new SessionLostError(`session ${this.#id} was expired by the servers`)
            : new AuthFailedError("the server refused the credentials"),
        ),
      watch: (event) => this.#watches.dispatch(event),
    };
  }

  async #synchronize(): Promise<void> {
    const isFirst = this.#phase === "opening";
    try {
      // It changes nothing: there is nothing to delete.
      await this.#send("delete", { path: NOWHERE, version: -1 }, NO_CHROOT);
    } catch (error) {
      // Lost with its connection: the next one begins with a write of its own. The refusal is the answer that was asked for.
      if (isLossError(error) || error instanceof ClosedError) return;
    }
    if (this.#phase !== "opening" && this.#phase !== "suspended") return;
    this.#phase = "connected";
    if (!isFirst) this.#watches.fireAll();
    this.#events.synchronized();
  }

  #gated<Name extends OperationName>(
    operation: Name,
    request: Operations[Name]["request"],
    chroot: Chroot,
  ): Promise<Operations[Name]["value"]> {
    return this.#flow.run(() => {
      if (this.#phase !== "connected" || !this.isValid()) {
        throw this.#lossError(operation, this.#nameOf(request.path, chroot), "not-applied");
      }
      return this.#send(operation, request, chroot);
    });
  }

  async #send<Name extends OperationName>(
    operation: Name,
    request: Operations[Name]["request"],
    chroot: Chroot,
  ): Promise<Operations[Name]["value"]> {
    const path = this.#nameOf(request.path, chroot);
    const isPrefix = "mode" in request && request.mode.endsWith("-sequential");
    const onServer = {
      ...request,
      path: isPrefix ? chroot.prefixToServer(request.path) : chroot.toServer(request.path),
    };
    checkPacketSize(operation, onServer, path);
    this.#ephemerals.check(operation, onServer, path);
    const isByLeader = ANSWERED_BY_LEADER.has(operation);
    const sentAt = isByLeader ? this.#liveness.sending() : now();
    const reply = await this.#transport.submit(operation, onServer);
    if (isByLeader) this.#liveness.settled(sentAt, isAnswer(reply.code));
    this.#ephemerals.settled(operation, onServer, reply);
    const error = reply.code === 0 ? undefined : this.#errorFor(operation, path, reply);
    publishOperation(() => ({
      operation,
      path: onServer.path,
      sessionId: this.#id,
      durationMs: performance.now() - sentAt.monotonicMs,
      error: error?.code,
    }));
    if (error !== undefined) throw error;
    if (operation === "create") return chroot.toClient(reply.value as string) as Operations[Name]["value"];
    return reply.value as Operations[Name]["value"];
  }

  /** The path as the user of the client would name it, for errors. */
  #nameOf(path: string, chroot: Chroot): string {
    return chroot === NO_CHROOT ? this.#chroot.toClient(path) : path;
  }

  #heartbeat(): void {
    if (this.#phase !== "connected") return;
    // A loss shows in the deadline.
    this.#send("sync", { path: "/" }, NO_CHROOT).catch(() => {});
  }

  #end(reason: ZookitError): void {
    if (this.#phase === "ended") return;
    this.#phase = "ended";
    this.#liveness.stop();
    this.#lost.abort(reason);
    this.#watches.fireAll();
    // Not here: it blocks until the server answers, and this may be the first line of a handle's check after a stall.
    setImmediate(() => void this.#transport.close());
    this.#events.ended(reason);
  }

  #errorFor(operation: OperationName, path: string, reply: Reply<unknown> & { readonly code: number }): ZookitError {
    if (!isLoss(reply.code)) return errorForAnswer(reply.code, operation, path);
    if (reply.code === Code.sessionExpired) {
      this.#end(new SessionLostError(`session ${this.#id} was expired by the servers`));
    }
    const wasSent = "sent" in reply && reply.sent;
    return this.#lossError(operation, path, wasSent && WRITES.has(operation) ? "unknown" : "not-applied");
  }

  #lossError(operation: OperationName, path: string, outcome: Outcome): ZookitError {
    const details: ErrorDetails = { path, outcome, cause: this.lost.reason };
    const what = `${operation} ${path}`;
    const fate = outcome === "unknown" ? "it may have been applied" : "it was not applied";
    if (this.#phase !== "ended") return new ConnectionLossError(`${what}: no connection; ${fate}`, details);
    if (this.lost.reason instanceof ClosedError) return new ClosedError(`${what}: client closed; ${fate}`, details);
    return new SessionLostError(`${what}: session lost; ${fate}`, details);
  }
}
