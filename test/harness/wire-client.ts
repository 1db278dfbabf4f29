import { once } from "node:events";
import { connect, type Socket } from "node:net";
import {
  ConnectRequest,
  ConnectResponse,
  decode,
  encode,
  FrameReader,
  Input,
  MultiRequest,
  MultiResponse,
  OP_CODES,
  type OpName,
  PASSWORD_LENGTH,
  REQUESTS,
  RESPONSES,
  type RecordOpName,
  ReplyHeader,
  type RequestBody,
  RequestHeader,
  type ResponseBody,
  SPECIAL_XIDS,
  toFrame,
  type ValueOf,
  WatcherEvent,
} from "../../packages/testing/src/wire/index.js";
import { HarnessError } from "./harness-error.js";
import { waitUntil } from "./wait-until.js";

/** What a client needs to know to take a session over; of a session that has ended, id and timeout are 0. */
export interface WireSession {
  readonly id: bigint;
  readonly password: Buffer;
  readonly timeoutMs: number;
}

export interface WireClientOptions {
  /** What to ask for. @default 10_000 */
  readonly sessionTimeoutMs?: number;
  /** A session to take over. @default a new one */
  readonly session?: Pick<WireSession, "id" | "password">;
  readonly lastZxidSeen?: bigint;
  /** undefined leaves the byte out of the handshake, as clients before 3.4 did. @default false */
  readonly readOnly?: boolean | undefined;
}

type Header = ValueOf<typeof ReplyHeader>;
type WireOp = RecordOpName | "multi" | "multiRead";
type BodyOf<Op extends WireOp> = Op extends RecordOpName ? RequestBody<Op> : ValueOf<typeof MultiRequest>;
type ResultOf<Op extends WireOp> = Op extends RecordOpName ? ResponseBody<Op> : ValueOf<typeof MultiResponse>;

/** A reply: its body is there when `header.err` is 0. */
export interface WireReply<Op extends WireOp> {
  readonly header: Header;
  readonly body?: ResultOf<Op>;
}

interface Pending {
  resolve(reply: { header: Header; rest: Input }): void;
  reject(reason: Error): void;
}

/**
 * The smallest client that speaks the whole protocol: one connection, no policy, nothing sent that the test does not
 * ask for, not even pings. What it gets is what the server has sent.
 */
export class WireClient implements AsyncDisposable {
  readonly session: WireSession;
  /** Whether the server sent the trailing byte of the handshake, and what it was. */
  readonly readOnly: boolean | undefined;
  /** Resolves when the connection has ended, by whichever side; with the error if it was not an orderly end. */
  readonly ended: Promise<Error | undefined>;
  readonly #socket: Socket;
  readonly #pending = new Map<number, Pending[]>();
  readonly #events: WatcherEvent[] = [];
  #xid = 0;

  private constructor(socket: Socket, frames: FrameReader, handshake: ConnectResponse, early: readonly Buffer[]) {
    const { sessionId, passwd, timeOut, readOnly } = handshake;
    this.#socket = socket;
    this.session = { id: sessionId, password: passwd ?? Buffer.alloc(0), timeoutMs: timeOut };
    this.readOnly = readOnly;
    let failure: Error | undefined;
    socket.on("error", (error) => {
      failure = error;
    });
    // A server that ends the connection reads no more. What we have not sent yet would be waited for, and for ever where
    // something between us, such as Docker's proxy, holds on to its half.
    socket.once("end", () => socket.destroy());
    this.ended = new Promise((resolve) => {
      socket.once("close", () => {
        this.#failPending();
        resolve(failure);
      });
    });
    for (const body of early) this.#onFrame(body);
    socket.on("data", (chunk) => {
      for (const body of frames.push(chunk)) this.#onFrame(body);
    });
  }

  /**
   * @param hosts `host:port`; of several the first.
   * @throws {HarnessError} the connection has ended before the handshake was answered.
   */
  static async connect(hosts: string, options: WireClientOptions = {}): Promise<WireClient> {
    const [, host = "", port] = /^([^,]+):(\d+)/.exec(hosts) ?? [];
    const socket = connect({ host, port: Number(port), noDelay: true });
    // Errors are told by what they end: the handshake, or the requests in flight.
    let failure: Error | undefined;
    socket.on("error", (error) => {
      failure = error;
    });
    const readOnly = "readOnly" in options ? options.readOnly : false;
    const { session, sessionTimeoutMs: timeOut = 10_000, lastZxidSeen = 0n } = options;
    const { id: sessionId, password: passwd } = session ?? { id: 0n, password: Buffer.alloc(PASSWORD_LENGTH) };
    socket.write(
      toFrame(encode(ConnectRequest, { protocolVersion: 0, lastZxidSeen, timeOut, sessionId, passwd, readOnly })),
    );
    const frames = new FrameReader(0x7fff_ffff);
    const ended = new Promise<undefined>((resolve) => socket.once("close", () => resolve(undefined)));
    for (;;) {
      const chunk = await Promise.race([once(socket, "data").catch(() => ended), ended]);
      if (chunk === undefined) throw new HarnessError("no answer to the handshake", { cause: failure });
      const [first, ...early] = frames.push(chunk[0] as Buffer);
      if (first !== undefined) return new WireClient(socket, frames, decode(ConnectResponse, first), early);
    }
  }

  /** Sends a request and waits for its reply. Requests may be in flight together. @throws the connection has ended */
  async request<Op extends WireOp>(op: Op, body: BodyOf<Op>): Promise<WireReply<Op>> {
    this.#xid += 1;
    return await this.#send(this.#xid, op, body);
  }

  async ping(): Promise<Header> {
    return (await this.#send(SPECIAL_XIDS.ping, "ping", {})).header;
  }

  async auth(scheme: string, credentials: string): Promise<Header> {
    const body = { type: 0, scheme, auth: Buffer.from(credentials) };
    return (await this.#send(SPECIAL_XIDS.auth, "auth", body)).header;
  }

  /** `setWatches` and `setWatches2`, with the id that is theirs. */
  async setWatches<Op extends "setWatches" | "setWatches2">(op: Op, body: BodyOf<Op>): Promise<Header> {
    return (await this.#send<Op>(SPECIAL_XIDS.setWatches, op, body)).header;
  }

  /** The next watch event that nobody has taken yet. */
  async event(): Promise<WatcherEvent> {
    return await waitUntil(() => this.#events.shift(), { what: "a watch event arrives" });
  }

  /** Watch events that nobody has taken yet. */
  get events(): readonly WatcherEvent[] {
    return this.#events;
  }

  /** Bytes as they are. */
  write(bytes: Buffer): void {
    this.#socket.write(bytes);
  }

  /** Ends the session, and waits until the server has closed the connection. */
  async close(): Promise<void> {
    if (this.#socket.destroyed) return;
    await this.request("closeSession", {});
    await this.ended;
  }

  /** Ends the connection at once; the session lives until it expires. */
  destroy(): void {
    this.#socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // The server may be out of reach, which is no finding.
    const timer = setTimeout(() => this.destroy(), 500);
    await this.close().catch(() => undefined);
    clearTimeout(timer);
    this.destroy();
  }

  async #send<Op extends WireOp>(xid: number, op: Op, body: BodyOf<Op>): Promise<WireReply<Op>> {
    const isMulti = op === "multi" || op === "multiRead";
    const bytes = isMulti
      ? encode(MultiRequest, body as ValueOf<typeof MultiRequest>)
      : encode<unknown>(REQUESTS[op as RecordOpName], body);
    const reply = new Promise<{ header: Header; rest: Input }>((resolve, reject) => {
      if (this.#socket.destroyed) throw new HarnessError("the connection has ended");
      const waiting = this.#pending.get(xid) ?? [];
      this.#pending.set(xid, [...waiting, { resolve, reject }]);
    });
    const type = OP_CODES[op satisfies OpName];
    this.#socket.write(toFrame(Buffer.concat([encode(RequestHeader, { xid, type }), bytes])));
    const { header, rest } = await reply;
    if (header.err !== 0) return { header };
    const codec = isMulti ? MultiResponse : RESPONSES[op as RecordOpName];
    return { header, body: decode<unknown>(codec, rest.take(rest.remaining)) as ResultOf<Op> };
  }

  #onFrame(body: Buffer): void {
    const rest = new Input(body);
    const header = ReplyHeader.read(rest);
    if (header.xid === SPECIAL_XIDS.event) {
      this.#events.push(decode(WatcherEvent, rest.take(rest.remaining)));
      return;
    }
    const [first, ...others] = this.#pending.get(header.xid) ?? [];
    if (first === undefined) throw new HarnessError(`a reply to ${header.xid}, which was not asked`);
    if (others.length > 0) this.#pending.set(header.xid, others);
    else this.#pending.delete(header.xid);
    first.resolve({ header, rest });
  }

  #failPending(): void {
    const failed = [...this.#pending.values()].flat();
    this.#pending.clear();
    for (const { reject } of failed) reject(new HarnessError("the connection has ended"));
  }
}
