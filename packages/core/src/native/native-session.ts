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
import * as convert from "./convert.js";
import { closeHandle, registerHandle } from "./open-handles.js";
import { submit } from "./submit.js";

/** How often a handle that is connecting is looked at: the C client does not say when it has given up (N6, N11). */
const POLL_MS = 20;
/** First and longest wait after a failed attempt, in milliseconds. */
const MIN_BACKOFF_MS = 20;
const MAX_BACKOFF_MS = 1_000;
/** First bound on one attempt, in milliseconds. It doubles up to the session timeout, for servers that are slow. */
const MIN_ATTEMPT_MS = 1_000;

const WATCH_EVENTS: ReadonlySet<string> = new Set<WatchEvent["type"]>(["created", "deleted", "changed", "child"]);

/** The C client's own word for an expired session; the other end that it announces is a refused authentication. */
const EXPIRED = -112;

type Attempt = "connected" | "failed" | "ended";

/**
 * One ZooKeeper session over the native binding.
 *
 * **One native handle per connection.** When the connection is lost, the handle is thrown away and a new one takes the
 * session over by its id and password. The C client could reconnect by itself, but after it has gone through the list of
 * servers once it waits for up to a third of the session (N11), it can fall silent for good (N6), and it re-sends all its
 * watches in one packet that may exceed the server's limit, after which it can never reconnect (H38). The old handle is
 * always closed before the new one is made, so that two never compete for a session (H25).
 */
export class NativeSession implements TransportSession {
  readonly #request: SessionRequest;
  readonly #events: TransportEvents;
  readonly #closing = new AbortController();
  #handle: NativeHandle | undefined;
  #isConnected = false;
  #credentials: { readonly client_id: string; readonly client_password: string } | undefined;
  #attemptSettled: ((attempt: Attempt) => void) | undefined;
  #closed: Promise<void> | undefined;

  constructor(request: SessionRequest, events: TransportEvents) {
    this.#request = request;
    this.#events = events;
    void this.#connect();
  }

  submit<Name extends OperationName>(
    operation: Name,
    request: Operations[Name]["request"],
  ): Promise<Reply<Operations[Name]["value"]>> {
    if (this.#handle === undefined || !this.#isConnected) {
      const code = this.#closed === undefined ? Code.connectionLoss : Code.closing;
      return Promise.resolve({ code, sent: false });
    }
    return submit(this.#handle, operation, request);
  }

  close(): Promise<void> {
    this.#closed ??= new Promise((resolve) => {
      this.#closing.abort();
      this.#dropHandle();
      // Behind the replies that the close has just failed.
      setImmediate(resolve);
    });
    return this.#closed;
  }

  async #connect(): Promise<void> {
    for (let attempt = 0; !this.#closing.signal.aborted; attempt++) {
      try {
        const result = await this.#attempt(attempt);
        if (result !== "failed") return;
        throw new Error(
          `no server of ${this.#request.hosts.map(({ host, port }) => `${host}:${port}`)} took the session`,
        );
      } catch (error) {
        if (this.#closing.signal.aborted) return;
        this.#events.connectFailed(error as Error);
      }
      const backoff = Math.min(MAX_BACKOFF_MS, MIN_BACKOFF_MS * 2 ** attempt);
      await pause(backoff * (0.5 + Math.random() / 2), this.#closing.signal).catch(() => {});
    }
  }

  /** Makes a handle and watches over it until it is connected, has given up, or has taken too long. */
  async #attempt(attempt: number): Promise<Attempt> {
    const connect = await resolveAddresses(this.#request.hosts);
    if (this.#closing.signal.aborted) return "ended";
    const handle = createHandle();
    handle.emit = (event, _, value) => setImmediate(() => this.#onEvent(handle, event, value));
    const begun = handle.init({
      connect,
      timeout: this.#request.sessionTimeoutMs,
      debug_level: 0,
      host_order_deterministic: false,
      // Otherwise eleven partial reads in a row make the binding close a healthy session (N1).
      response_counter_limit: 2 ** 31 - 1,
      ...this.#credentials,
    });
    if (begun instanceof Error) throw begun;
    registerHandle(handle);
    this.#handle = handle;
    for (const { scheme, credentials } of this.#request.auth) handle.add_auth(scheme, credentials, () => {});

    const settled = new Promise<Attempt>((resolve) => {
      this.#attemptSettled = resolve;
    });
    const giveUpAt = performance.now() + Math.min(this.#request.sessionTimeoutMs, MIN_ATTEMPT_MS * 2 ** attempt);
    const poll = setInterval(() => {
      if (!isTrying(handle) || performance.now() > giveUpAt) this.#attemptSettled?.("failed");
    }, POLL_MS);
    const result = await settled;
    clearInterval(poll);
    this.#attemptSettled = undefined;
    if (result === "failed") this.#dropHandle();
    return result;
  }

  #onEvent(handle: NativeHandle, event: string, value: unknown): void {
    if (handle !== this.#handle) return;
    if (WATCH_EVENTS.has(event)) {
      this.#events.watch({ type: event as WatchEvent["type"], path: value as string });
    } else if (event === "connect") {
      this.#onConnect(handle);
    } else if (event === "connecting") {
      this.#onConnectionLoss(handle);
    } else if (event === "close") {
      this.#onEnd(value as number);
    }
  }

  #onConnect(handle: NativeHandle): void {
    this.#isConnected = true;
    this.#credentials = { client_id: handle.client_id, client_password: handle.client_password };
    this.#attemptSettled?.("connected");
    this.#events.connected({ id: convert.sessionId(handle.client_id), timeoutMs: handle.timeout });
  }

  #onConnectionLoss(handle: NativeHandle): void {
    if (!this.#isConnected) return;
    this.#isConnected = false;
    this.#events.disconnected();
    // The C client may have connected again already; its event follows. Closing it now would end the session.
    if (handle.state === STATE_CONNECTED || this.#closed !== undefined) return;
    this.#dropHandle();
    void this.#connect();
  }

  #onEnd(code: number): void {
    this.#isConnected = false;
    this.#attemptSettled?.("ended");
    this.#dropHandle();
    this.#events.ended(code === EXPIRED ? "expired" : "auth-failed");
  }

  #dropHandle(): void {
    const handle = this.#handle;
    this.#handle = undefined;
    this.#isConnected = false;
    if (handle !== undefined) closeHandle(handle);
    this.#attemptSettled?.("failed");
  }
}
