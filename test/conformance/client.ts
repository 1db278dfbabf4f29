import { type ConnectResponse, PASSWORD_LENGTH } from "../../packages/testing/src/wire/index.js";
import { Connection, type Received } from "./connection.js";
import type { Intrusion, Request } from "./steps.js";

const NO_PASSWORD = Buffer.alloc(PASSWORD_LENGTH);
const PING: Request = { op: "ping", body: {} };
const FUTURE = 2n ** 62n;

/** What it takes to take a session over. */
export interface Session {
  readonly id: bigint;
  readonly password: Buffer;
}

/** A session and the connection that serves it at present. */
export class Client {
  readonly session: Session;
  /** What the server has granted. */
  readonly timeoutMs: number;
  /** The last zxid that it was told. */
  lastZxid = 0n;
  readonly #hosts: string;
  #connection: Connection;

  private constructor(hosts: string, connection: Connection, answer: ConnectResponse) {
    this.#hosts = hosts;
    this.#connection = connection;
    this.session = { id: answer.sessionId, password: answer.passwd ?? NO_PASSWORD };
    this.timeoutMs = answer.timeOut;
  }

  static async open(hosts: string, timeoutMs: number): Promise<Client> {
    const hello = { sessionId: 0n, password: NO_PASSWORD, timeoutMs, lastZxidSeen: 0n };
    const { connection, answer } = await Connection.open(hosts, hello);
    if (answer === undefined || answer.sessionId === 0n) throw new Error(`${hosts} opens no session`);
    return new Client(hosts, connection, answer);
  }

  /** Whether the connection has ended. */
  get isCutOff(): boolean {
    return this.#connection.isOver;
  }

  /** Sends requests in one go; resolves with what has come by the time that the last is answered. */
  async ask(requests: readonly Request[]): Promise<readonly Received[]> {
    for (const request of requests) this.#connection.add(request);
    await this.#connection.flush();
    return this.take();
  }

  /** What has come that nobody has taken yet. */
  take(): readonly Received[] {
    const received = this.#connection.take();
    for (const { header } of received) if (header.zxid > this.lastZxid) this.lastZxid = header.zxid;
    return received;
  }

  /** Makes sure that everything has come that was sent before. */
  settle(): Promise<readonly Received[]> {
    return this.ask([PING]);
  }

  /** Cuts the connection. */
  cut(): void {
    this.#connection.destroy();
  }

  /**
   * Takes the session over by another connection; says what came of it. Whether the server ends the one before is not
   * certain, so the client does.
   */
  async reconnect(timeoutMs: number): Promise<string> {
    const previous = this.#connection;
    const { id, password } = this.session;
    const { connection, answer } = await this.#open(id, password, timeoutMs, this.lastZxid);
    this.#connection = connection;
    previous.destroy();
    return `reconnected: ${this.#describe(answer)}`;
  }

  /**
   * Tries to take the session over in a way that is to be refused; says what came of it. The client's own connection may
   * have ended by that: ZooKeeper ends it before it looks at the password, unless it has lost sight of it.
   *
   * @see ZooKeeper's NIOServerCnxnFactory: a connection that is closed takes its session out of the map, even if another
   * connection has taken its place there.
   */
  async intrude(by: Intrusion, former: Session | undefined): Promise<string> {
    const { id, password } = this.session;
    const { connection, answer } = await {
      "wrong password": () => this.#open(id, NO_PASSWORD, 0, 0n),
      "ended session": () => this.#open(former?.id ?? 1n, former?.password ?? password, 0, 0n),
      "zxid of the future": () => this.#open(id, password, 0, FUTURE),
    }[by]();
    await connection.ended();
    return `${by}: ${this.#describe(answer)}`;
  }

  /** The session once more, by another connection. */
  async duplicate(): Promise<Client> {
    const { id, password } = this.session;
    const { connection, answer } = await this.#open(id, password, this.timeoutMs, this.lastZxid);
    if (answer === undefined) throw new Error("the session cannot be taken over");
    return new Client(this.#hosts, connection, answer);
  }

  /** Whether the server still answers on the connection. */
  async isServed(): Promise<boolean> {
    if (!this.#connection.isOver) await this.settle();
    return !this.#connection.isOver;
  }

  /** Ends the session; resolves when the server has closed the connection, with what has come before. */
  async close(): Promise<readonly Received[]> {
    const received = await this.ask([{ op: "closeSession", body: {} }]);
    await this.#connection.ended();
    return received;
  }

  #open(sessionId: bigint, password: Buffer, timeoutMs: number, lastZxidSeen: bigint) {
    return Connection.open(this.#hosts, { sessionId, password, timeoutMs, lastZxidSeen });
  }

  #describe(answer: ConnectResponse | undefined): string {
    if (answer === undefined) return "no answer";
    const { protocolVersion, sessionId, timeOut, passwd, readOnly } = answer;
    const whose = sessionId === this.session.id ? "the session" : sessionId === 0n ? "no session" : "another session";
    const isZero = passwd?.equals(NO_PASSWORD) ?? false;
    const secret = isZero ? "no" : passwd?.equals(this.session.password) ? "its" : "another";
    return `version ${protocolVersion}, ${whose}, ${timeOut} ms, ${secret} password, read-only ${readOnly}`;
  }
}
