import { inspect } from "node:util";
import { TestingError } from "../errors.js";
import { checkRule, type FaultRule, type InjectedFault } from "../faults/index.js";

import { injectFault } from "../thread/fault-control.js";
import type { RemoteThread } from "../thread/remote-thread.js";
import type { Gate } from "./gate.js";
import type { ServerControl } from "./server-thread.js";
import type { TestServerCounts, TestServerSession, ZnodeCounters } from "./types.js";

const SESSION_ID = /^0x[0-9a-f]{1,16}$/;
const INT32 = 2 ** 31;

/** A test server that runs. See `startTestServer`, which makes it. */
export class TestServer implements AsyncDisposable {
  /** Where it listens: a connect string for any ZooKeeper client. */
  readonly hosts: string;
  readonly #thread: RemoteThread<ServerControl>;
  readonly #gate: Gate;
  #frozen: Promise<void> | undefined;
  #stopped: Promise<void> | undefined;

  /** For `startTestServer`. */
  constructor(port: number, thread: RemoteThread<ServerControl>, gate: Gate) {
    this.hosts = `127.0.0.1:${port}`;
    this.#thread = thread;
    this.#gate = gate;
  }

  /**
   * Ends a session at once, as if its time were up: its ephemeral znodes are gone when this resolves, its connection is
   * closed, and its client is told when it connects again.
   *
   * @param id as in `zk.session.id`.
   * @throws {TestingError} `unknown-session`: no such session is open. `invalid-argument`: it is no session id.
   */
  async expireSession(id: string): Promise<void> {
    const session = parseSession(id);
    await this.#thread.call((server) => server.expireSession(session));
  }

  /**
   * Cuts the TCP connection of a session; the session lives on, and its client may connect again. If it has no
   * connection just now, nothing happens.
   *
   * @param id as in `zk.session.id`.
   * @throws {TestingError} `unknown-session`: no such session is open. `invalid-argument`: it is no session id.
   */
  async dropConnection(id: string): Promise<void> {
    const session = parseSession(id);
    await this.#thread.call((server) => server.dropConnection(session));
  }

  /**
   * Lets one fault happen to one frame, as if between the server and the network: the next of an operation, or the n-th,
   * on whichever connection it comes. In force when this resolves. Any number of faults can wait; a frame meets one of
   * them at most, the oldest whose turn it is.
   *
   * @throws {TestingError} `invalid-argument`: no such rule.
   */
  async inject(rule: FaultRule): Promise<InjectedFault> {
    return await injectFault(this.#thread, checkRule(rule));
  }

  /** The sessions that are open, the oldest first. */
  async sessions(): Promise<readonly TestServerSession[]> {
    const sessions = await this.#thread.call((server) => server.sessions());
    return sessions.map(({ id, ...rest }) => ({ id: `0x${id.toString(16)}`, ...rest }));
  }

  /**
   * Sets counters of a znode to what it would take very many writes to reach, to see what a client does when they wrap.
   *
   * @throws {TestingError} `invalid-argument`: there is no such znode, or a counter is no int32.
   */
  async setCounters(path: string, counters: ZnodeCounters): Promise<void> {
    for (const [name, value] of Object.entries(counters)) checkCounter(name, value);
    await this.#thread.call((server) => server.setCounters(path, counters));
  }

  /** What the server has counted. */
  counts(): Promise<TestServerCounts> {
    return this.#thread.call((server) => server.counts());
  }

  /**
   * Stops the server as SIGSTOP does a process: the kernel goes on taking connections and bytes, and nobody reads them.
   * Every other call but `thaw` and `stop` waits until then. Time goes on: what clients have sent meanwhile is read
   * first after the thaw, then the sessions end whose time is up.
   */
  freeze(): Promise<void> {
    if (this.#frozen === undefined) {
      this.#gate.shut();
      this.#frozen = this.#thread.call((server) => server.freeze());
    }
    return this.#frozen;
  }

  /** Lets the server go on after a freeze. */
  thaw(): void {
    this.#frozen = undefined;
    this.#gate.open();
  }

  /**
   * What clients see of a restart with the data kept: every connection is cut, a new epoch of zxids begins, and every
   * session has its whole timeout again. The server can be connected to again at once.
   */
  async restart(): Promise<void> {
    await this.#thread.call((server) => server.restart());
  }

  /**
   * Ends the server: connections are cut, data is gone, the port is free when this resolves. A second call changes
   * nothing. Every other call rejects from now on, and those under way do.
   */
  stop(): Promise<void> {
    this.thaw();
    this.#stopped ??= this.#thread.stop();
    return this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}

/** @throws {TestingError} `invalid-argument`: it does not have the form of a session id */
function parseSession(id: string): bigint {
  if (typeof id === "string" && SESSION_ID.test(id)) return BigInt.asIntN(64, BigInt(id));
  throw new TestingError("invalid-argument", `a session id is like "0x1000a2b3c4d0001", not ${inspect(id)}`);
}

/** @throws {TestingError} `invalid-argument` */
function checkCounter(name: string, value: unknown): void {
  const isKnown = name === "creations" || name === "version";
  if (isKnown && Number.isInteger(value) && Math.abs(Number(value)) < INT32) return;
  throw new TestingError("invalid-argument", `creations and version can be set to an int32, not ${name} to ${value}`);
}
