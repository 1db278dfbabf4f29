import type { Change, Identity } from "../model/index.js";
import { Link } from "./link.js";
import type { PortRequest } from "./port.js";
import type { Scheduler } from "./scheduler.js";

/** What a client says when it connects. */
export interface Hello {
  /** The session to be taken over; a new one if there is none. */
  readonly session: { readonly id: bigint; readonly password: Buffer } | undefined;
  readonly timeoutMs: number;
  /** A server that is behind this must not serve the client. */
  readonly lastZxid: bigint;
  readonly identities: readonly Identity[];
}

export type Welcome =
  | { readonly kind: "session"; readonly id: bigint; readonly password: Buffer; readonly timeoutMs: number }
  | { readonly kind: "expired" | "auth-failed" | "refused" };

/** The client's end of a connection. */
export interface ClientEnd {
  welcome(welcome: Welcome): void;
  /** Replies come in the order of the requests. */
  reply(result: object & { readonly code: number }, zxid: bigint): void;
  watch(change: Change): void;
  /** The connection is gone. Nothing follows. */
  lost(): void;
}

/** The server's end of a connection. */
export interface ServerEnd {
  hello(connection: Connection, hello: Hello): void;
  request(connection: Connection, request: PortRequest): void;
  closeSession(connection: Connection): void;
  /** The connection is gone, as far as the server is told. */
  closed(connection: Connection): void;
}

/** A connection of one client to one server: two links, each of which can be held up or lose what it carries. */
export class Connection {
  readonly toServer: Link;
  readonly toClient: Link;
  readonly server: ServerEnd;
  readonly #client: ClientEnd;
  /** Set by the server when it has given the client a session. */
  session: bigint | undefined;
  identities: readonly Identity[] = [];
  /** Whether the server serves it, or has not been asked to yet. */
  isServed = true;
  #isLost = false;

  constructor(scheduler: Scheduler, client: ClientEnd, server: ServerEnd) {
    this.toServer = new Link(scheduler);
    this.toClient = new Link(scheduler);
    this.#client = client;
    this.server = server;
  }

  get isLost(): boolean {
    return this.#isLost;
  }

  /** Sends something to the client, unless the connection is gone. */
  tell(label: string, deliver: (client: ClientEnd) => void): void {
    if (!this.#isLost) this.toClient.send(label, () => deliver(this.#client));
  }

  /** Carries nothing any more in either direction. */
  silence(): void {
    this.toServer.hold();
    this.toClient.hold();
  }

  /** Cuts it: the client is told; what it has sent is lost too, unless that `arrives` all the same. */
  cut(what: "is-lost" | "arrives" = "is-lost"): void {
    if (!this.#isLost) {
      this.#isLost = true;
      this.toClient.clear();
      this.toClient.release();
      this.toClient.send("connection lost", () => this.#client.lost());
    }
    if (what === "is-lost") this.toServer.clear();
    this.toServer.send("connection closed", () => this.server.closed(this));
    this.toServer.release();
  }

  /** The client gives it up by itself. The server learns of that if anything gets through. */
  abandon(): void {
    this.toClient.clear();
    if (this.#isLost) return;
    this.#isLost = true;
    // A server that has refused it, or has closed it itself, need not be told.
    if (this.isServed) this.toServer.send("connection closed", () => this.server.closed(this));
  }
}
