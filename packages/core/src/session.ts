import { Code, errorForAnswer, isAnswer, isLoss } from "./codes.js";
import { publish } from "./diagnostics.js";
import {
  AuthFailedError,
  ClosedError,
  ConnectionLossError,
  type ErrorDetails,
  type Outcome,
  SessionLostError,
  type ZookitError,
} from "./errors.js";
import { checkPacketSize } from "./packet-size.js";
import { type Chroot, NO_CHROOT } from "./path.js";
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
import { type Instant, isValidAt, now, type Validity, validityFrom } from "./validity.js";
import { type Watch, type WatchKind, WatchTable } from "./watch-table.js";

/** A ZooKeeper session, as a user of the client sees it. */
export interface Session {
  /** ZooKeeper's session id in hexadecimal, `0x…`; empty until the session is established. */
  readonly id: string;
  /** Number of this session in its client, counted from 1. */
  readonly epoch: number;
  /** The negotiated session timeout, in milliseconds. */
  readonly timeoutMs: number;
  /** Aborts when the session has ended, with the typed error as reason. */
  readonly lost: AbortSignal;
  /**
   * Until when the servers cannot have expired the session, on the clock of `performance.now()`; 0 when there is no such
   * time any more. It moves on with every answered request.
   */
  readonly validUntil: number;
}

/** What a session tells the client that opened it. */
export interface SessionEvents {
  /** The first request on a new connection was answered: reads are current, the deadline is known. */
  synchronized(): void;
  disconnected(): void;
  connectFailed(cause: Error): void;
  ended(reason: ZookitError): void;
}

const WRITES: ReadonlySet<OperationName> = new Set(["create", "set", "delete", "setAcl"]);

/** Heartbeats per session timeout. Six leave room for a lost one before the client itself gives up a connection. */
const HEARTBEATS = 6;

type Phase = "opening" | "connected" | "suspended" | "ended";

/**
 * One session, from its first connection to its end, with its deadline, its heartbeat and its watches.
 *
 * A step of a recipe holds on to the session it began in. When that session has ended, every further request through it
 * is refused, so that nothing of an older epoch can act in a newer one (H22, H23).
 *
 * A connection counts only once a `sync` has been answered on it. The server behind a new connection may lag; after the
 * `sync` it has applied everything committed before, so that the outcome of a request lost with the old connection can be
 * looked up by plain reads (H2, H18), and the send time of an answered request is known from the start.
 */
export class LiveSession implements Session {
  readonly epoch: number;
  readonly capabilities: ReadonlySet<TransportCapability>;
  readonly #events: SessionEvents;
  readonly #chroot: Chroot;
  readonly #transport: TransportSession;
  readonly #lost = new AbortController();
  readonly #watches = new WatchTable();
  #phase: Phase = "opening";
  #id = "";
  #timeoutMs = 0;
  #validity: Validity | undefined;
  #inFlight = 0;
  #answeredSentAt = 0;
  #deadlineTimer: NodeJS.Timeout | undefined;
  #heartbeatTimer: NodeJS.Timeout | undefined;

  constructor(transport: Transport, request: SessionRequest, chroot: Chroot, epoch: number, events: SessionEvents) {
    this.epoch = epoch;
    this.capabilities = transport.capabilities;
    this.#chroot = chroot;
    this.#events = events;
    this.#transport = transport.open(request, this.#transportEvents());
  }

  get id(): string {
    return this.#id;
  }

  get timeoutMs(): number {
    return this.#timeoutMs;
  }

  get lost(): AbortSignal {
    return this.#lost.signal;
  }

  get validUntil(): number {
    return this.#phase === "ended" ? 0 : (this.#validity?.monotonicMs ?? 0);
  }

  get isConnected(): boolean {
    return this.#phase === "connected";
  }

  /**
   * Whether the servers cannot have expired the session yet. True is an answer about this very moment; false is final: a
   * deadline found to have passed ends the session on the spot, before any event says so (H14, H15).
   */
  isValid(): boolean {
    if (this.#validity === undefined || this.#phase === "ended") return false;
    if (isValidAt(this.#validity, now())) return true;
    this.#end(new SessionLostError(`no answer within the validity of session ${this.#id}`));
    return false;
  }

  /**
   * Sends a request now, or refuses it with `not-applied` when the session is not connected.
   *
   * @throws {SessionLostError} the session has ended.
   * @throws {ConnectionLossError} it is suspended, or the connection was lost while the request was under way.
   * @throws {ZookitError} ZooKeeper's own errors.
   */
  async request<Name extends OperationName>(
    operation: Name,
    request: Operations[Name]["request"],
  ): Promise<Operations[Name]["value"]> {
    return await this.#gated(operation, request, this.#chroot);
  }

  /** The same for an absolute path of the server, for what lies above the chroot. */
  async requestAbsolute<Name extends OperationName>(
    operation: Name,
    request: Operations[Name]["request"],
  ): Promise<Operations[Name]["value"]> {
    return await this.#gated(operation, request, NO_CHROOT);
  }

  /** Registers interest in a path; to be called before the read that arms the watch is sent. */
  watch(kind: WatchKind, path: string): Watch {
    const watch = this.#watches.add(kind, this.#chroot.toServer(path));
    if (this.#phase === "ended") this.#watches.fireAll();
    return watch;
  }

  /** Ends the session at the server, if that can be reached. */
  async close(): Promise<void> {
    this.#end(new ClosedError("the client was closed"));
    await this.#transport.close();
  }

  #transportEvents(): TransportEvents {
    return {
      connected: ({ id, timeoutMs }) => {
        if (this.#phase === "ended") return;
        this.#id = id;
        this.#timeoutMs = timeoutMs;
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
    try {
      await this.#send("sync", { path: "/" }, NO_CHROOT);
    } catch {
      // Lost with its connection: the next connection begins with a sync of its own.
      return;
    }
    if (this.#phase !== "opening" && this.#phase !== "suspended") return;
    const isFirst = this.#phase === "opening";
    this.#phase = "connected";
    if (isFirst) this.#heartbeatTimer = setInterval(() => this.#heartbeat(), this.#timeoutMs / HEARTBEATS);
    else this.#watches.fireAll();
    this.#events.synchronized();
  }

  async #gated<Name extends OperationName>(
    operation: Name,
    request: Operations[Name]["request"],
    chroot: Chroot,
  ): Promise<Operations[Name]["value"]> {
    if (this.#phase !== "connected" || !this.isValid()) throw this.#lossError(operation, request.path, "not-applied");
    return await this.#send(operation, request, chroot);
  }

  async #send<Name extends OperationName>(
    operation: Name,
    request: Operations[Name]["request"],
    chroot: Chroot,
  ): Promise<Operations[Name]["value"]> {
    const { path } = request;
    const onServer = { ...request, path: chroot.toServer(path) };
    checkPacketSize(operation, onServer);
    const sentAt = now();
    this.#inFlight++;
    const reply = await this.#transport.submit(operation, onServer);
    this.#inFlight--;
    if (isAnswer(reply.code)) this.#touch(sentAt);
    const error = reply.code === 0 ? undefined : this.#errorFor(operation, path, reply);
    publish("operation", () => ({
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

  /** The server has answered a request sent at that time, so it restarted its countdown no earlier than that. */
  #touch(sentAt: Instant): void {
    if (this.#phase === "ended") return;
    // An answer that is read after the deadline comes too late: others may have been told already that we are gone.
    if (this.#validity !== undefined && !this.isValid()) return;
    this.#answeredSentAt = Math.max(this.#answeredSentAt, sentAt.monotonicMs);
    const validity = validityFrom(sentAt, this.#timeoutMs);
    if (this.#validity === undefined || validity.monotonicMs > this.#validity.monotonicMs) this.#validity = validity;
    if (this.#deadlineTimer === undefined) this.#armDeadline();
  }

  #armDeadline(): void {
    this.#deadlineTimer = setTimeout(
      () => {
        if (this.isValid()) this.#armDeadline();
      },
      Math.max(1, this.validUntil - performance.now()),
    );
  }

  /** Keeps the deadline moving while nothing else is sent; the binding's own pings cannot be seen. */
  #heartbeat(): void {
    const isIdle = this.#inFlight === 0 && performance.now() - this.#answeredSentAt > this.#timeoutMs / HEARTBEATS / 2;
    if (this.#phase !== "connected" || !isIdle || !this.isValid()) return;
    // Any answer will do, also "no permission"; a loss shows in the deadline.
    this.#send("exists", { path: "/", watch: false }, NO_CHROOT).catch(() => {});
  }

  #end(reason: ZookitError): void {
    if (this.#phase === "ended") return;
    this.#phase = "ended";
    clearTimeout(this.#deadlineTimer);
    clearInterval(this.#heartbeatTimer);
    this.#lost.abort(reason);
    this.#watches.fireAll();
    void this.#transport.close();
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
