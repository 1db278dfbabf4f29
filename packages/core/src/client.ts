import type { Acl } from "./acl.js";
import { publishState } from "./diagnostics.js";
import { AuthFailedError, ClosedError, type ZookitError } from "./errors.js";
import { Latest } from "./latest.js";
import { LiveSession } from "./live-session.js";
import type { Chroot } from "./path.js";
import type { RetryPolicy } from "./retry.js";
import { type ClientEvent, type ClientState, nextState } from "./state.js";
import type { SessionRequest, Transport } from "./transport.js";

export interface ClientSettings {
  readonly transport: Transport;
  readonly request: SessionRequest;
  readonly chroot: Chroot;
  readonly acl: readonly Acl[] | undefined;
  readonly retry: RetryPolicy;
}

/** Wait before a session is opened after one that never came to be, in milliseconds. */
const REOPEN_DELAY_MS = 200;

/**
 * The engine behind a {@link ZooKeeper}: opens a session, and another one with the next epoch whenever one has ended,
 * until it is closed.
 */
export class Client {
  readonly settings: ClientSettings;
  /** Why the latest attempt to connect failed, for the message of a time-out. */
  lastConnectFailure: Error | undefined;
  readonly #state = new Latest<ClientState>("connecting");
  /** The session that is being opened, or is open. */
  #current: LiveSession;
  /** The latest session that was established. */
  #session: LiveSession;
  #failure: ZookitError | undefined;
  #reopenTimer: NodeJS.Timeout | undefined;

  constructor(settings: ClientSettings) {
    this.settings = settings;
    this.#current = this.#open(1);
    this.#session = this.#current;
  }

  get state(): ClientState {
    return this.#state.value;
  }

  /** The present session, or the one that has ended while the next is being opened. */
  get session(): LiveSession {
    return this.#session;
  }

  states(signal: AbortSignal | undefined): AsyncIterable<ClientState> {
    return this.#state.observe(signal);
  }

  /**
   * Waits for a connected session.
   *
   * @throws {ClosedError} the client is, or becomes, closed.
   * @throws {AuthFailedError} the server has refused the credentials.
   */
  async ready(signal?: AbortSignal): Promise<LiveSession> {
    for (;;) {
      if (this.#failure !== undefined) throw this.#refusal(this.#failure);
      if (this.state === "connected" && this.#session.isValid()) return this.#session;
      await this.#state.until((state) => state === "connected" || state === "closed", signal);
    }
  }

  async close(): Promise<void> {
    this.#failure ??= new ClosedError("the client was closed");
    clearTimeout(this.#reopenTimer);
    this.#moveTo("closed");
    this.#state.end();
    await this.#current.close(this.#failure);
  }

  #open(epoch: number): LiveSession {
    const { transport, request, chroot } = this.settings;
    let wasConnected = false;
    return new LiveSession(transport, request, chroot, epoch, {
      synchronized: () => {
        wasConnected = true;
        this.#session = this.#current;
        this.#moveTo("synchronized");
      },
      disconnected: () => this.#moveTo("disconnected"),
      connectFailed: (cause) => {
        this.lastConnectFailure = cause;
      },
      ended: (reason) => this.#sessionEnded(reason, wasConnected),
    });
  }

  #sessionEnded(reason: ZookitError, wasConnected: boolean): void {
    if (this.#failure !== undefined) return;
    if (reason instanceof AuthFailedError) {
      // Final: other credentials need another client, and asking again would only be refused again.
      this.#failure = reason;
      void this.close();
      return;
    }
    this.#moveTo("session-lost");
    const reopen = () => {
      this.#current = this.#open(this.#current.epoch + 1);
    };
    // The end may have been found from within any call: what follows must not run inside it.
    this.#reopenTimer = setTimeout(reopen, wasConnected ? 0 : REOPEN_DELAY_MS);
  }

  #moveTo(event: ClientEvent): void {
    const previous = this.state;
    const state = nextState(previous, event);
    if (state === previous) return;
    this.#state.set(state);
    publishState(() => ({ state, previous, epoch: this.#current.epoch }));
  }

  #refusal(failure: ZookitError): ZookitError {
    const details = { cause: failure };
    if (failure instanceof AuthFailedError) return new AuthFailedError(failure.message, details);
    return new ClosedError(failure.message, details);
  }
}
