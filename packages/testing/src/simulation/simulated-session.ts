import type { OperationName, Operations, Reply, SessionRequest, TransportEvents, TransportSession } from "@zookit/core";
import { authenticate, type Identity } from "../model/index.js";
import type { ClientEnd, Connection, Welcome } from "./connection.js";
import type { OperationFault } from "./operation-fault.js";
import { type PortRequest, replyTo, sessionName } from "./port.js";

const CONNECTION_LOSS = -4;
const CLOSING = -116;

/**
 * Wait before the next attempt to connect, in virtual milliseconds: the first, which doubles with each attempt in vain, up to
 * a part of the session timeout, as with the native adapter.
 */
const RECONNECT_DELAY_MS = 10;
const LONGEST_DELAY_OF_SESSION = 1 / 20;
/** Part of the session timeout after which a client gives up a server that does not answer; the C client's own. */
const SILENCE_LIMIT = 2 / 3;
/** How long closing waits for the server, in virtual milliseconds; about what the C client does. */
const CLOSE_LIMIT_MS = 1_500;

/** What a client needs of the ensemble. */
export interface Network {
  /** A connection to some server; the handshake is up to the client. */
  connect(client: ClientEnd, previous: Connection | undefined): Connection;
  /** What is to happen to a request. */
  faultFor(session: string, request: PortRequest, connection: Connection): OperationFault | undefined;
  /** Carries a request out with its fault. */
  send(connection: Connection, request: PortRequest, fault: OperationFault | undefined): void;
}

interface Call {
  readonly operation: OperationName;
  readonly resolve: (reply: Reply<never>) => void;
}

/** The client side of one simulated session: what the native adapter is for a real one. */
export class SimulatedSession implements TransportSession, ClientEnd {
  readonly #network: Network;
  readonly #request: SessionRequest;
  readonly #events: TransportEvents;
  #connection: Connection | undefined;
  #isConnected = false;
  #isOver = false;
  /** Attempts to connect that were refused, one after the other. */
  #refusals = 0;
  #session: { readonly id: bigint; readonly password: Buffer } | undefined;
  #timeoutMs: number;
  #lastZxid = 0n;
  #calls: Call[] = [];
  #timer: NodeJS.Timeout | undefined;
  #closed: Promise<void> | undefined;
  #closeSettled: (() => void) | undefined;

  constructor(network: Network, request: SessionRequest, events: TransportEvents) {
    this.#network = network;
    this.#request = request;
    this.#events = events;
    this.#timeoutMs = request.sessionTimeoutMs;
    this.#connect();
  }

  submit<Name extends OperationName>(
    operation: Name,
    request: Operations[Name]["request"],
  ): Promise<Reply<Operations[Name]["value"]>> {
    const connection = this.#connection;
    const notSent = { code: this.#closed === undefined ? CONNECTION_LOSS : CLOSING, sent: false };
    if (connection === undefined || !this.#isConnected || this.#closed !== undefined || this.#session === undefined) {
      return Promise.resolve(notSent);
    }
    const sent = { operation, request } as PortRequest;
    const fault = this.#network.faultFor(sessionName(this.#session.id), sent, connection);
    // Whoever chose the fault may have let time pass: a reply on the next connection would be taken for this request's.
    if (connection !== this.#connection || !this.#isConnected) return Promise.resolve(notSent);
    return new Promise<Reply<never>>((resolve) => {
      this.#calls.push({ operation, resolve });
      if (this.#calls.length === 1) this.#watchForSilence();
      this.#network.send(connection, sent, fault);
    });
  }

  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  welcome(welcome: Welcome): void {
    clearTimeout(this.#timer);
    if (welcome.kind === "refused") {
      this.#refusals++;
      this.#drop();
      this.#events.connectFailed(new Error("the server refuses"));
      this.#reconnectLater();
    } else if (welcome.kind === "session") {
      this.#isConnected = true;
      this.#refusals = 0;
      this.#session = { id: welcome.id, password: welcome.password };
      this.#timeoutMs = welcome.timeoutMs;
      this.#events.connected({ id: sessionName(welcome.id), timeoutMs: welcome.timeoutMs });
    } else {
      this.#drop();
      this.#isOver = true;
      this.#events.ended(welcome.kind);
    }
  }

  reply(result: object & { readonly code: number }, zxid: bigint): void {
    clearTimeout(this.#timer);
    if (zxid > this.#lastZxid) this.#lastZxid = zxid;
    const call = this.#calls.shift();
    if (this.#calls.length > 0) this.#watchForSilence();
    call?.resolve(replyTo(call.operation, result) as Reply<never>);
  }

  watch(change: Parameters<TransportEvents["watch"]>[0]): void {
    this.#events.watch(change);
  }

  lost(): void {
    clearTimeout(this.#timer);
    const wasConnected = this.#isConnected;
    this.#isConnected = false;
    if (this.#closed !== undefined) {
      this.#closeSettled?.();
      return;
    }
    if (wasConnected) this.#events.disconnected();
    this.#failCalls(CONNECTION_LOSS);
    this.#reconnectLater();
  }

  #connect(): void {
    if (this.#isOver || this.#closed !== undefined) return;
    const identities = this.#request.auth.map(({ scheme, credentials }) =>
      authenticate(scheme, Buffer.from(credentials, "utf8")),
    );
    const connection = this.#network.connect(this, this.#connection);
    this.#connection = connection;
    const hello = {
      session: this.#session,
      timeoutMs: this.#request.sessionTimeoutMs,
      lastZxid: this.#lastZxid,
      identities: identities.filter((identity): identity is Identity => identity !== undefined),
    };
    if (hello.identities.length < identities.length) {
      connection.tell("authentication refused", (client) => client.welcome({ kind: "auth-failed" }));
      return;
    }
    connection.toServer.send("connect", () => connection.server.hello(connection, hello));
    this.#timer = setTimeout(() => {
      this.#drop();
      this.#events.connectFailed(new Error("the server is silent"));
      this.#connect();
    }, this.#timeoutMs / 3);
  }

  #reconnectLater(): void {
    const longestMs = this.#timeoutMs * LONGEST_DELAY_OF_SESSION;
    const delayMs = Math.min(RECONNECT_DELAY_MS * 2 ** this.#refusals, Math.max(RECONNECT_DELAY_MS, longestMs));
    this.#timer = setTimeout(() => this.#connect(), delayMs);
  }

  #watchForSilence(): void {
    this.#timer = setTimeout(() => {
      this.#connection?.abandon();
      this.lost();
    }, this.#timeoutMs * SILENCE_LIMIT);
  }

  async #close(): Promise<void> {
    this.#isOver = true;
    const connection = this.#connection;
    if (connection !== undefined && this.#isConnected && !connection.isLost) {
      await new Promise<void>((resolve) => {
        this.#closeSettled = resolve;
        clearTimeout(this.#timer);
        this.#timer = setTimeout(resolve, CLOSE_LIMIT_MS);
        // The answer to it ends the connection.
        connection.toServer.send("close session", () => connection.server.closeSession(connection));
      });
    }
    this.#drop();
    this.#failCalls(CLOSING);
  }

  #drop(): void {
    clearTimeout(this.#timer);
    this.#isConnected = false;
    this.#connection?.abandon();
  }

  #failCalls(code: number): void {
    const calls = this.#calls;
    this.#calls = [];
    for (const call of calls) call.resolve({ code, sent: true });
  }
}
