import { Code } from "../codes.js";
import { pause } from "../deadline.js";
import type {
  OperationName,
  Operations,
  Reply,
  SessionRequest,
  TransportEvents,
  TransportSession,
  WatchEvent,
} from "../transport.js";
import { resolveAddresses } from "./addresses.js";
import { createHandle, isTrying, type NativeHandle, STATE_CONNECTED } from "./binding.js";
import { keepSocketsFromChildren } from "./close-on-exec.js";
import * as convert from "./convert.js";
import { closeHandle, registerHandle } from "./open-handles.js";
import { submit } from "./submit.js";

/** How often a handle that is connecting is looked at: the C client does not say when it has given up (N6, N11). */
const POLL_MS = 20;
/**
 * Wait after the list of servers was gone through in vain, in milliseconds: the first, and the longest, which is also
 * bounded by a part of the session, so that a short session is not spent waiting.
 */
const MIN_BACKOFF_MS = 20;
const MAX_BACKOFF_MS = 1_000;
const MAX_BACKOFF_OF_SESSION = 1 / 20;
/**
 * First bound on one attempt, in milliseconds. It doubles each time it was reached, for servers that are slow, up to half
 * of the session: before two thirds of it the C client would give up by itself, leaving a poll handle of a closed socket.
 */
const MIN_ATTEMPT_MS = 1_000;

/** How long closing waits for answers to what is under way, in milliseconds. */
const DRAIN_LIMIT_MS = 500;

const WATCH_EVENTS: ReadonlySet<string> = new Set<WatchEvent["type"]>(["created", "deleted", "changed", "child"]);

/** What the binding says when we asked it to close a handle; other codes say that the server ended the session. */
const BY_US = 0;

type Attempt = "connected" | "refused" | "timed-out" | "ended";

/**
 * One ZooKeeper session over the native binding.
 *
 * **One native handle, one server, one socket.** When a connection is lost or cannot be made, the handle is thrown away,
 * and a new one takes the session over by its id and password, at the next server. The C client could move on by itself,
 * but once through its list it waits for up to a third of the session (N11), it can fall silent for good (N6), and it
 * re-sends all watches in one packet that may exceed the server's limit, after which it can never reconnect (H38). And the
 * binding forgets to stop polling a socket that the C client has closed: when another socket of the process has got the
 * same descriptor meanwhile, the late stop makes that one deaf (N5). The old handle is always closed before the new one
 * is made, so that two never compete for a session (H25).
 */
export class NativeSession implements TransportSession {
  readonly #request: SessionRequest;
  readonly #events: TransportEvents;
  readonly #closing = new AbortController();
  #handle: NativeHandle | undefined;
  #isConnected = false;
  /** What was asked for, then what was negotiated. */
  #timeoutMs: number;
  #known: readonly string[] = [];
  /** Times that the list of servers was gone through since a connection has lasted. */
  #round = 0;
  #connectedAt = 0;
  #address = "";
  #credentials: { readonly client_id: string; readonly client_password: string } | undefined;
  #attemptSettled: ((attempt: Attempt) => void) | undefined;
  #closed: Promise<void> | undefined;
  readonly #inFlight = new Set<Promise<unknown>>();

  constructor(request: SessionRequest, events: TransportEvents) {
    this.#request = request;
    this.#timeoutMs = request.sessionTimeoutMs;
    this.#events = events;
    void this.#connect();
  }

  submit<Name extends OperationName>(
    operation: Name,
    request: Operations[Name]["request"],
  ): Promise<Reply<Operations[Name]["value"]>> {
    if (this.#handle === undefined || !this.#isConnected || this.#closed !== undefined) {
      const code = this.#closed === undefined ? Code.connectionLoss : Code.closing;
      return Promise.resolve({ code, sent: false });
    }
    const handle = this.#handle;
    const reply = submit(handle, operation, request);
    this.#inFlight.add(reply);
    void reply.then(() => this.#inFlight.delete(reply));
    // A send that fails makes the C client close its socket within the call and say nothing, while libuv is about to poll
    // that descriptor: at its next turn it would abort the process. Closing the handle now takes it off that list.
    if (handle.state !== STATE_CONNECTED) this.#connectionLost(handle);
    return reply;
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  /**
   * Waits for the answers to what is under way, then closes. The C client takes any answer for that to its CLOSE, and closes
   * the socket; what it has left unread there makes the kernel reset the connection, and the server may never read the CLOSE.
   */
  async #close(): Promise<void> {
    this.#closing.abort();
    if (this.#isConnected && this.#inFlight.size > 0) {
      const limit = new AbortController();
      const patience = pause(DRAIN_LIMIT_MS, limit.signal).catch(() => {});
      await Promise.race([Promise.all(this.#inFlight), patience]);
      limit.abort();
    }
    this.#dropHandle();
    // Behind the replies that the close has just failed.
    await new Promise((resolve) => setImmediate(resolve));
  }

  /** Goes through the servers, again and again, until one takes the session or the session has ended. */
  async #connect(): Promise<void> {
    const { signal } = this.#closing;
    let limitMs = MIN_ATTEMPT_MS;
    while (!signal.aborted) {
      if (this.#round > 0) await this.#backOff();
      this.#round++;
      const failures: string[] = [];
      try {
        for (const address of await this.#addresses()) {
          if (signal.aborted) return;
          const result = await this.#attempt(address, Math.min(limitMs, this.#timeoutMs / 2));
          if (result === "connected" || result === "ended") return;
          if (result === "timed-out") limitMs *= 2;
          failures.push(`${address} ${result === "refused" ? "refuses" : "is silent"}`);
        }
        throw new Error(failures.join(", "));
      } catch (error) {
        if (!signal.aborted) this.#events.connectFailed(error as Error);
      }
    }
  }

  get #longestBackOffMs(): number {
    return Math.min(MAX_BACKOFF_MS, this.#timeoutMs * MAX_BACKOFF_OF_SESSION);
  }

  async #backOff(): Promise<void> {
    const delayMs = Math.min(this.#longestBackOffMs, MIN_BACKOFF_MS * 2 ** (this.#round - 1));
    await pause(delayMs * (0.5 + Math.random() / 2), this.#closing.signal).catch(() => {});
  }

  /**
   * The servers in random order, so that clients spread; the one that was lost comes last. Where names cannot be resolved
   * any more, or not in good time, the addresses that they had last are tried.
   */
  async #addresses(): Promise<readonly string[]> {
    const resolving = resolveAddresses(this.#request.hosts).then((addresses) => {
      this.#known = addresses;
    });
    if (this.#known.length === 0) {
      await resolving;
    } else {
      // A name server that hangs must not cost the session while the servers are there.
      const patience = pause(this.#longestBackOffMs, this.#closing.signal);
      await Promise.race([resolving, patience]).catch(() => {});
      resolving.catch(() => {});
      patience.catch(() => {});
    }
    return this.#known
      .map((address) => ({ address, key: address === this.#address ? 1 : Math.random() }))
      .sort((a, b) => a.key - b.key)
      .map(({ address }) => address);
  }

  /** Makes a handle and watches over it until it is connected, has given up, or has taken too long. */
  async #attempt(address: string, limitMs: number): Promise<Attempt> {
    const handle = createHandle();
    handle.emit = (event, _, value) => {
      if (event === "connecting") this.#connectionLost(handle);
      else setImmediate(() => this.#onEvent(handle, event, value));
    };
    const config = {
      connect: address,
      timeout: this.#request.sessionTimeoutMs,
      debug_level: 0,
      // There is one address. To shuffle it the C client would read /dev/urandom after each reply.
      host_order_deterministic: true,
      // Otherwise eleven partial reads in a row make the binding close a healthy session (N1).
      response_counter_limit: 2 ** 31 - 1,
      ...this.#credentials,
    };
    const begun = handle.init(config);
    if (begun instanceof Error) throw begun;
    registerHandle(handle);
    // Now, for whoever starts a process without telling: `spawnSync`, another thread, another addon.
    keepSocketsFromChildren();
    this.#handle = handle;
    this.#address = address;
    for (const { scheme, credentials } of this.#request.auth) handle.add_auth(scheme, credentials, () => {});

    const settled = new Promise<Attempt>((resolve) => {
      this.#attemptSettled = resolve;
    });
    const giveUpAt = performance.now() + limitMs;
    const poll = setInterval(() => {
      if (!isTrying(handle)) this.#attemptSettled?.("refused");
      else if (performance.now() > giveUpAt) this.#attemptSettled?.("timed-out");
    }, POLL_MS);
    const result = await settled;
    clearInterval(poll);
    this.#attemptSettled = undefined;
    if (result === "refused" || result === "timed-out") this.#dropHandle();
    return result;
  }

  #onEvent(handle: NativeHandle, event: string, value: unknown): void {
    if (handle !== this.#handle) return;
    if (WATCH_EVENTS.has(event)) {
      this.#events.watch({ type: event as WatchEvent["type"], path: value as string });
    } else if (event === "connect") {
      this.#onConnect(handle);
    } else if (event === "close") {
      this.#onEnd(value as number);
    }
  }

  #onConnect(handle: NativeHandle): void {
    // It may be another socket than the handle was made with.
    keepSocketsFromChildren();
    this.#isConnected = true;
    this.#connectedAt = performance.now();
    this.#credentials = { client_id: handle.client_id, client_password: handle.client_password };
    this.#timeoutMs = handle.timeout;
    this.#attemptSettled?.("connected");
    this.#events.connected({ id: convert.sessionId(handle.client_id), timeoutMs: handle.timeout });
  }

  /**
   * Closes a handle whose connection is gone, at once, even inside the native callback that says so. There is no CLOSE to
   * lose without a connection (N9), and later the binding would stop polling a descriptor that may be another socket's by
   * then. What follows hops as everything does, and comes before the replies that the closing fails.
   */
  #connectionLost(handle: NativeHandle): void {
    setImmediate(() => {
      if (handle !== this.#handle) return;
      this.#dropHandle();
      // A connection that did not last counts as a failed attempt: a server may take it only to cut it again.
      if (performance.now() - this.#connectedAt > this.#longestBackOffMs) this.#round = 0;
      this.#events.disconnected();
      void this.#connect();
    });
    closeHandle(handle);
  }

  #onEnd(code: number): void {
    if (code === BY_US) return;
    this.#attemptSettled?.("ended");
    this.#dropHandle();
    this.#events.ended(code === Code.sessionExpired ? "expired" : "auth-failed");
  }

  #dropHandle(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    this.#isConnected = false;
    if (handle !== undefined) closeHandle(handle);
    this.#attemptSettled?.("ended");
  }
}
