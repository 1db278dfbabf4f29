import { connect, type Socket } from "node:net";
import {
  ConnectRequest,
  ConnectResponse,
  decode,
  encode,
  FrameReader,
  Input,
  MultiRequest,
  OP_CODES,
  REQUESTS,
  ReplyHeader,
  RequestHeader,
  SPECIAL_XIDS,
  toFrame,
  type ValueOf,
} from "../../packages/testing/src/wire/index.js";
import type { Request } from "./steps.js";

/** What a server has sent, in its order: the reply to a request, or an event. */
export interface Received {
  /** undefined for an event. */
  readonly request: Request | undefined;
  readonly header: ValueOf<typeof ReplyHeader>;
  readonly body: Buffer;
}

export interface Hello {
  readonly sessionId: bigint;
  readonly password: Buffer;
  readonly timeoutMs: number;
  readonly lastZxidSeen: bigint;
}

const PATIENCE_MS = 30_000;

const XIDS: Readonly<Partial<Record<Request["op"], number>>> = {
  ping: SPECIAL_XIDS.ping,
  auth: SPECIAL_XIDS.auth,
  setWatches: SPECIAL_XIDS.setWatches,
  setWatches2: SPECIAL_XIDS.setWatches,
};

/**
 * A connection that sends several requests in one go and keeps what comes back in its order, events among replies. The
 * harness's `WireClient` answers each request by itself, and so cannot tell on which side of a reply an event was.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #frames = new FrameReader(0x7fff_ffff);
  readonly #waiting = new Map<number, Request[]>();
  #greeting: ((response: ConnectResponse | undefined) => void) | undefined;
  #received: Received[] = [];
  #unsent: Buffer[] = [];
  #inFlight = 0;
  #xid = 0;
  #isOver = false;
  #wake: (() => void) | undefined;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on("data", (chunk) => this.#onData(chunk));
    socket.on("error", () => undefined);
    socket.on("close", () => {
      this.#isOver = true;
      this.#greeting?.(undefined);
      this.#wake?.();
    });
  }

  /** The answer is undefined if the server has closed the connection instead. */
  static async open(
    hosts: string,
    { sessionId, password: passwd, timeoutMs: timeOut, lastZxidSeen }: Hello,
  ): Promise<{ readonly connection: Connection; readonly answer: ConnectResponse | undefined }> {
    const [host = "", port] = hosts.split(":");
    const connection = new Connection(connect({ host, port: Number(port), noDelay: true }));
    const greeting = { protocolVersion: 0, lastZxidSeen, timeOut, sessionId, passwd, readOnly: false };
    connection.#socket.write(toFrame(encode(ConnectRequest, greeting)));
    const answer = await new Promise<ConnectResponse | undefined>((resolve) => {
      connection.#greeting = resolve;
    });
    connection.#greeting = undefined;
    return { connection, answer };
  }

  /** Whether the connection has ended, by whichever side. */
  get isOver(): boolean {
    return this.#isOver;
  }

  /** Adds a request to those that are sent together. */
  add(request: Request): void {
    const { op, body } = request;
    const bytes = op === "multi" ? encode(MultiRequest, body) : encode<unknown>(REQUESTS[op], body);
    const xid = XIDS[op] ?? ++this.#xid;
    this.#unsent.push(toFrame(Buffer.concat([encode(RequestHeader, { xid, type: OP_CODES[op] }), bytes])));
    const waiting = this.#waiting.get(xid);
    if (waiting === undefined) this.#waiting.set(xid, [request]);
    else waiting.push(request);
    this.#inFlight++;
  }

  /** Sends what was added; resolves when everything is answered, or the connection has ended. */
  async flush(): Promise<void> {
    if (this.#unsent.length > 0) this.#socket.write(Buffer.concat(this.#unsent));
    this.#unsent = [];
    await this.#until(() => this.#inFlight === 0);
  }

  /** What has been received since the last call. */
  take(): readonly Received[] {
    const received = this.#received;
    this.#received = [];
    return received;
  }

  /** Waits until the connection has ended. */
  async ended(): Promise<void> {
    await this.#until(() => false);
  }

  destroy(): void {
    this.#isOver = true;
    this.#socket.destroy();
    this.#wake?.();
  }

  /** A server that does not answer is one that has ended the connection, only slower. */
  async #until(isReached: () => boolean): Promise<void> {
    if (isReached() || this.#isOver) return;
    const timer = setTimeout(() => this.destroy(), PATIENCE_MS);
    while (!isReached() && !this.#isOver) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
    clearTimeout(timer);
  }

  #onData(chunk: Buffer): void {
    for (const frame of this.#frames.push(chunk)) {
      if (this.#greeting !== undefined) this.#greeting(decode(ConnectResponse, frame));
      else this.#onFrame(frame);
    }
    this.#wake?.();
  }

  #onFrame(frame: Buffer): void {
    const input = new Input(frame);
    const header = ReplyHeader.read(input);
    const body = input.take(input.remaining);
    const request = header.xid === SPECIAL_XIDS.event ? undefined : this.#waiting.get(header.xid)?.shift();
    if (request !== undefined) this.#inFlight--;
    this.#received.push({ request, header, body });
  }
}
