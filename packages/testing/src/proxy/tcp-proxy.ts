import { connect, createServer, type Server, Socket } from "node:net";
import { TestingError } from "../errors.js";
import { Faults } from "../faults/index.js";
import { Counters, clearConditions, type ProxyCounts } from "./conditions.js";
import { Link } from "./link.js";
import type { Direction, Target, Throttle } from "./options.js";

/** The proxy as it runs in its thread: a listener, its connections, and the verbs. */
export class TcpProxy {
  readonly faults = new Faults();
  readonly #target: Target;
  readonly #listener: Server;
  readonly #conditions = clearConditions();
  readonly #counters = new Counters();
  readonly #links = new Set<Link>();
  #isRefusing = false;

  constructor(target: Target) {
    this.#target = target;
    const options = { allowHalfOpen: true, noDelay: true };
    this.#listener = createServer(options, (client) => this.#onConnection(client));
  }

  /** Resolves with the port. @throws {TestingError} `unavailable`: the port cannot be listened on */
  async listen(port: number): Promise<number> {
    await new Promise<void>((resolve, reject) => {
      this.#listener.once("error", (cause) => {
        reject(new TestingError("unavailable", `cannot listen on port ${port}: ${cause.message}`, { cause }));
      });
      this.#listener.listen(port, "127.0.0.1", resolve);
    });
    const address = this.#listener.address();
    if (address === null || typeof address === "string") throw new TypeError("the listener has no port");
    return address.port;
  }

  /** Takes no connections any more. Those that are open stay. */
  close(): void {
    this.#listener.close();
  }

  cut(): void {
    for (const link of this.#links) link.cut();
  }

  refuse(): void {
    this.#isRefusing = true;
    this.cut();
  }

  accept(): void {
    this.#isRefusing = false;
  }

  partition(directions: readonly Direction[]): void {
    for (const direction of directions) {
      this.#conditions[direction].isPartitioned = true;
      for (const link of this.#links) link.silence(direction);
    }
  }

  heal(): void {
    for (const direction of ["to-server", "to-client"] as const) this.#conditions[direction].isPartitioned = false;
    for (const link of this.#links) if (link.isSilent) link.cut();
  }

  delay(ms: number, directions: readonly Direction[]): void {
    for (const direction of directions) this.#conditions[direction].delayMs = ms;
  }

  throttle(throttle: Throttle | undefined, directions: readonly Direction[]): void {
    for (const direction of directions) this.#conditions[direction].throttle = throttle;
  }

  counts(): ProxyCounts {
    return this.#counters.snapshot();
  }

  #onConnection(client: Socket): void {
    this.#counters.connections += 1;
    if (this.#isRefusing) {
      client.resetAndDestroy();
      return;
    }
    const { "to-server": toServer, "to-client": toClient } = this.#conditions;
    const isPartitioned = toServer.isPartitioned || toClient.isPartitioned;
    // No connection can be made through a partition, not even of one direction. A proxy cannot but accept it; the
    // server however is not to see anything of it.
    const server = isPartitioned ? new Socket() : this.#connect();
    const link = new Link(client, server, this.faults, this.#conditions, this.#counters);
    this.#links.add(link);
    if (isPartitioned) {
      link.silence("to-server");
      link.silence("to-client");
    }
    const forget = (): void => {
      if (client.destroyed && (server.destroyed || isPartitioned)) this.#links.delete(link);
    };
    client.on("close", forget);
    server.on("close", forget);
  }

  #connect(): Socket {
    return connect({ ...this.#target, allowHalfOpen: true, noDelay: true });
  }
}
