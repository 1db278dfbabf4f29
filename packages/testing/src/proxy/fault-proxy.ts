import { checkRule, type FaultRule, type InjectedFault } from "../faults/index.js";
import { injectFault } from "../thread/fault-control.js";
import { RemoteThread } from "../thread/remote-thread.js";
import type { ProxyCounts } from "./conditions.js";
import {
  checkDelay,
  checkDirections,
  checkProxyOptions,
  checkTarget,
  checkThrottle,
  type Direction,
  type FaultProxyOptions,
  type Throttle,
} from "./options.js";
import type { ProxyControl, ProxyThreadData } from "./proxy-thread.js";

/**
 * A TCP proxy before one ZooKeeper server that understands the protocol's frames, and so can let exactly one thing go
 * wrong: the reply of the next create is lost, say, after it was applied. Works before a real server as before the test
 * server, for any client. For an ensemble, start one before each of its servers.
 *
 * Every verb resolves when it is in force. Loss is exact: what was carried on before a verb or a fault still arrives,
 * what comes after does not.
 *
 * It runs in a worker thread, because the native binding blocks its own event loop while it closes a session. As with a
 * server of Node.js, the process lives until the proxy is stopped: dispose of it.
 *
 * @example
 * await using proxy = await FaultProxy.start("127.0.0.1:2181");
 * await using zk = await connect(proxy.hosts);
 * const fault = await proxy.inject({ operation: "create", at: "reply", action: "lose" });
 * const lock = await new Lock(zk, "/jobs").acquire(); // finds the znode that it does not know it has created
 * await fault.happened;
 */
export class FaultProxy implements AsyncDisposable {
  /** Where the proxy listens: a connect string for any ZooKeeper client. */
  readonly hosts: string;
  readonly #thread: RemoteThread<ProxyControl>;
  #stopped: Promise<void> | undefined;

  private constructor(port: number, thread: RemoteThread<ProxyControl>) {
    this.hosts = `127.0.0.1:${port}`;
    this.#thread = thread;
  }

  /**
   * Starts a proxy, and resolves when clients can connect. The server behind it need not run yet.
   *
   * @param target one server, as `host:port`.
   * @throws {TestingError} `invalid-argument`: the target or an option is not what it should be. `unavailable`: the port
   * is in use.
   */
  static async start(target: string, options?: FaultProxyOptions): Promise<FaultProxy> {
    const data: ProxyThreadData = { target: checkTarget(target), ...checkProxyOptions(options) };
    const module = new URL("./proxy-thread.js", import.meta.url);
    const thread = new RemoteThread<ProxyControl>(module, "the fault proxy", data);
    try {
      return new FaultProxy(await thread.call((proxy) => proxy.listen()), thread);
    } catch (error) {
      await thread.stop().catch(() => undefined);
      throw error;
    }
  }

  /** Cuts every connection; new ones are taken. */
  async cut(): Promise<void> {
    await this.#thread.call((proxy) => proxy.cut());
  }

  /** Cuts every connection, and resets every new one at once, until `accept`: as if the server did not run. */
  async refuse(): Promise<void> {
    await this.#thread.call((proxy) => proxy.refuse());
  }

  /** Takes new connections again. */
  async accept(): Promise<void> {
    await this.#thread.call((proxy) => proxy.accept());
  }

  /**
   * Carries nothing any more, silently, until `heal`: connections stay open, and even their end does not get through.
   * With `to-client` the server goes on applying what it is sent, and nobody learns of it; with `to-server` it hears
   * nothing, while its watch events still arrive. A connection that is made meanwhile reaches the server in no case, as
   * it needs both directions. Partitions of one direction add up.
   */
  async partition(direction: Direction | "both" = "both"): Promise<void> {
    const directions = checkDirections(direction);
    await this.#thread.call((proxy) => proxy.partition(directions));
  }

  /**
   * Ends partitions. Connections that were partitioned are cut, since what they should have carried is lost; so are
   * those that a fault with `drop` has hit.
   */
  async heal(): Promise<void> {
    await this.#thread.call((proxy) => proxy.heal());
  }

  /** Carries everything later by so much, in the same order. 0 ends it, for what arrives from then on. */
  async delay(ms: number, direction: Direction | "both" = "both"): Promise<void> {
    const [delayMs, directions] = [checkDelay("ms", ms), checkDirections(direction)];
    await this.#thread.call((proxy) => proxy.delay(delayMs, directions));
  }

  /** Carries a few bytes at a time, as a slow network does; clients then see frames in pieces. undefined ends it. */
  async throttle(throttle: Throttle | undefined, direction: Direction | "both" = "both"): Promise<void> {
    const [checked, directions] = [checkThrottle(throttle), checkDirections(direction)];
    await this.#thread.call((proxy) => proxy.throttle(checked, directions));
  }

  /**
   * Lets one fault happen to one frame: the next of an operation, or the n-th, on whichever connection it comes. In force
   * when this resolves. Any number of faults can wait; a frame meets one of them at most, the oldest whose turn it is.
   *
   * @throws {TestingError} `invalid-argument`: no such rule.
   */
  async inject(rule: FaultRule): Promise<InjectedFault> {
    return await injectFault(this.#thread, checkRule(rule));
  }

  /** What has been counted since the start. */
  async counts(): Promise<ProxyCounts> {
    return await this.#thread.call((proxy) => proxy.counts());
  }

  /**
   * Ends every connection and the thread; the port is free when this resolves. A second call changes nothing. Every other
   * call rejects from now on, and those under way do.
   */
  async stop(): Promise<void> {
    this.#stopped ??= this.#thread.stop();
    await this.#stopped;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }
}
