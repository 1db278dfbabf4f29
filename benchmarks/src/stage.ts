import { randomBytes } from "node:crypto";
import { connect, type ZooKeeper } from "@zookit/core";
import { FaultProxy } from "@zookit/testing";
import { type Ensemble, startEnsemble } from "../../test/harness/ensemble.js";

/** What the servers have counted; only differences mean something. */
export interface ServerCounts {
  readonly requests: number;
  readonly bytesToServer: number;
  readonly bytesToClient: number;
}

/** Sessions may last 40 s, so that pings, every 13 s, hardly fall into a measurement. */
const TICK_MS = 2_000;

/** The servers that everything runs on, a proxy for runs with delays, and a client of our own to prepare znodes. */
export class Stage implements AsyncDisposable {
  readonly zk: ZooKeeper;
  readonly proxy: FaultProxy;
  readonly #ensemble: Ensemble;

  private constructor(ensemble: Ensemble, proxy: FaultProxy, zk: ZooKeeper) {
    this.#ensemble = ensemble;
    this.proxy = proxy;
    this.zk = zk;
  }

  static async start(servers: 1 | 3): Promise<Stage> {
    // Containers of an idle moment are not to vanish in the middle of a measurement.
    const ensemble = await startEnsemble({ servers, tickTimeMs: TICK_MS, containerCheckIntervalMs: 3_600_000 });
    const [first] = ensemble.servers;
    try {
      const proxy = await FaultProxy.start(first?.address ?? "");
      return new Stage(ensemble, proxy, await connect(ensemble.hosts, { sessionTimeoutMs: 20 * TICK_MS }));
    } catch (error) {
      await ensemble.stop();
      throw error;
    }
  }

  get backend(): string {
    return this.#ensemble.backend;
  }

  /** Connect string of the servers themselves. */
  get hosts(): string {
    return this.#ensemble.hosts;
  }

  async serverVersion(): Promise<string> {
    const monitored = await this.#ensemble.servers[0]?.mntr();
    return monitored?.get("zk_version")?.split("-", 1)[0] ?? "unknown";
  }

  /** A znode of its own for each use. */
  async newPath(): Promise<string> {
    return await this.zk.create(`/bench-${randomBytes(4).toString("hex")}`);
  }

  async counts(): Promise<ServerCounts> {
    const requests = await this.#ensemble.requestCount();
    const [bytesToServer, bytesToClient] = await Promise.all([
      this.#sum("zk_bytes_received_count"),
      this.#sum("zk_response_bytes"),
    ]);
    return { requests, bytesToServer, bytesToClient };
  }

  /** Watches that clients have set at all servers. */
  async watchCount(): Promise<number> {
    return await this.#sum("zk_watch_count");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.zk.close();
    await this.proxy.stop();
    await this.#ensemble.stop();
  }

  async #sum(key: string): Promise<number> {
    const monitored = await Promise.all(this.#ensemble.servers.map((server) => server.mntr()));
    return monitored.reduce((sum, values) => sum + Number(values.get(key) ?? 0), 0);
  }
}
