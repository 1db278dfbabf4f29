import { authenticate, type Change, Code, type Identity } from "../model/index.js";
import {
  ConnectRequest,
  ConnectResponse,
  encode,
  Input,
  OP_CODES,
  opName,
  PASSWORD_LENGTH,
  ProtocolError,
  REQUESTS,
  ReplyHeader,
  RequestHeader,
  SPECIAL_XIDS,
  WatcherEvent,
} from "../wire/index.js";
import { nowMs } from "./clock.js";
import { fromChange } from "./from-model.js";
import { type Asker, OPERATIONS } from "./operations.js";
import type { Client, Service } from "./service.js";

/** Where a conversation's frames go. */
export interface Outlet {
  /** Sends the body of a frame. */
  send(body: Buffer): void;
  /** Ends the connection once everything is sent. */
  close(): void;
}

/** What stands for the zxid where there is none. */
const NO_ZXID = -1n;

/**
 * One connection's side of ZooKeeper's protocol: first the handshake, then requests, each answered before the next one
 * is looked at. Bytes and sockets are the outlet's business.
 *
 * @see ZooKeeper's classes `ZooKeeperServer` and `FinalRequestProcessor`
 */
export class Conversation implements Client {
  session = 0n;
  readonly #service: Service;
  readonly #outlet: Outlet;
  readonly #onRequest: (name: string) => void;
  #identities: readonly Identity[];
  #state: "greeting" | "serving" | "over" = "greeting";

  /**
   * @param address of the client, which counts as an identity.
   * @param onRequest is told the name of each request's operation.
   */
  constructor(service: Service, outlet: Outlet, address: string, onRequest: (name: string) => void) {
    this.#service = service;
    this.#outlet = outlet;
    this.#onRequest = onRequest;
    this.#identities = [{ scheme: "ip", id: address }];
  }

  get identities(): readonly Identity[] {
    return this.#identities;
  }

  /** Takes the body of the next frame. @throws {ProtocolError} it cannot be answered; the connection is to be cut */
  receive(body: Buffer): void {
    const input = new Input(body);
    if (this.#state === "greeting") this.#greet(ConnectRequest.read(input));
    else if (this.#state === "serving") this.#serve(RequestHeader.read(input), input);
  }

  /** The connection is gone: nothing more comes from it, and nothing is sent. Once is enough. */
  end(): void {
    if (this.#state === "over") return;
    this.#state = "over";
    this.#service.disconnected(this);
  }

  notify(change: Change): void {
    if (this.#state !== "serving") return;
    this.#send({ xid: SPECIAL_XIDS.event, zxid: NO_ZXID, err: Code.ok }, encode(WatcherEvent, fromChange(change)));
  }

  close(): void {
    this.end();
    this.#outlet.close();
  }

  #greet({ lastZxidSeen, timeOut, sessionId, passwd, readOnly }: ConnectRequest): void {
    this.#onRequest("createSession");
    if (lastZxidSeen > this.#service.tree.lastZxid) {
      // As from a server that is behind: the client is to look for another one.
      this.close();
      return;
    }
    const handshake = { sessionId, password: passwd ?? Buffer.alloc(0), timeoutMs: timeOut };
    const grant = this.#service.connect(this, handshake, nowMs());
    if (grant !== undefined) {
      this.session = grant.id;
      this.#state = "serving";
    }
    const response = {
      protocolVersion: 0,
      timeOut: grant?.timeoutMs ?? 0,
      sessionId: grant?.id ?? 0n,
      passwd: grant?.password ?? Buffer.alloc(PASSWORD_LENGTH),
      readOnly: readOnly === undefined ? undefined : false,
    };
    this.#outlet.send(encode(ConnectResponse, response));
    if (grant === undefined) this.close();
  }

  #serve({ xid, type }: RequestHeader, body: Input): void {
    const name = opName(type);
    this.#onRequest(name ?? "unknown");
    if (type === OP_CODES.auth) {
      this.#authenticate(xid, body);
      return;
    }
    this.#service.touch(this, nowMs());
    const operation = name && OPERATIONS.get(name);
    if (operation === undefined) {
      this.#send({ xid, zxid: NO_ZXID, err: Code.unimplemented });
      // What ZooKeeper has never heard of ends the connection; what it knows and the test server does not, need not.
      if (name === undefined) this.close();
      return;
    }
    const { code, body: answer } = this.#attempt(() => operation(this.#asker(), body));
    this.#send({ xid, zxid: this.#service.tree.lastZxid, err: code }, answer);
    if (type === OP_CODES.closeSession) this.close();
  }

  /** A body that cannot be read is the client's mistake, and no reason to cut it off. */
  #attempt(run: () => { code: number; body?: Buffer }): { code: number; body?: Buffer } {
    try {
      return run();
    } catch (error) {
      if (error instanceof ProtocolError) return { code: Code.marshallingError };
      throw error;
    }
  }

  #authenticate(xid: number, body: Input): void {
    const { scheme, auth } = REQUESTS.auth.read(body);
    // Who asks for this already is.
    const proven = scheme === "ip" ? this.#identities[0] : authenticate(scheme, auth ?? Buffer.alloc(0));
    if (proven === undefined) {
      this.#send({ xid, zxid: 0n, err: Code.authFailed });
      this.close();
      return;
    }
    const isNew = !this.#identities.some(({ scheme, id }) => scheme === proven.scheme && id === proven.id);
    if (isNew) this.#identities = [...this.#identities, proven];
    this.#send({ xid, zxid: 0n, err: Code.ok });
  }

  #asker(): Asker {
    const now = nowMs();
    return {
      write: (write) => this.#service.write(this, write, now),
      read: (read, isWatched) => this.#service.read(this, read, isWatched),
      ephemerals: (prefix) => this.#service.tree.ephemeralsOf(this.session, prefix),
      closeSession: () => this.#service.closeSession(this.session, now),
      addWatch: (path, isRecursive) => this.#service.addWatch(this, path, isRecursive),
      hasWatch: (kinds, path) => this.#service.hasWatch(this, kinds, path),
      removeWatches: (kinds, path) => this.#service.removeWatches(this, kinds, path),
      setWatches: (wanted) =>
        this.#service.setWatches(this, {
          lastZxid: wanted.relativeZxid,
          data: wanted.dataWatches,
          exists: wanted.existWatches,
          children: wanted.childWatches,
          persistent: wanted.persistentWatches ?? [],
          recursive: wanted.persistentRecursiveWatches ?? [],
        }),
    };
  }

  #send(header: ReplyHeader, body?: Buffer): void {
    const head = encode(ReplyHeader, header);
    this.#outlet.send(body === undefined ? head : Buffer.concat([head, body]));
  }
}
