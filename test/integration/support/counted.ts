import { connect, type ZooKeeper } from "@zookit/core";
import { afterAll, beforeAll } from "vitest";
import { startFaultProxy } from "../../harness/fault-proxy.js";
import { type Ensemble, startEnsemble, waitUntil } from "../../harness/index.js";

// Sessions so long that neither a heartbeat nor a ping falls into a measurement: what is counted is exact.
const SESSION_TIMEOUT_MS = 40_000;
/** So long that no reply can overtake a request which was sent together with the one it answers. */
const DELAY_MS = 30;

/** A server of a test file's own that counts what its clients send. */
export class Counted {
  #ensemble: Ensemble | undefined;

  constructor() {
    beforeAll(async () => {
      this.#ensemble = await startEnsemble({ servers: 1, tickTimeMs: 2_000 });
    });
    afterAll(() => this.#ensemble?.stop());
  }

  client(hosts = this.#server.hosts): Promise<ZooKeeper> {
    return connect(hosts, { sessionTimeoutMs: SESSION_TIMEOUT_MS });
  }

  /**
   * Requests that the clients have sent for the work, also those that nobody waits for: a client's `sync` is answered after
   * everything that it sent before.
   */
  async requestsOf(clients: readonly ZooKeeper[], work: () => Promise<unknown>): Promise<number> {
    const settle = () => Promise.all(clients.map((zk) => zk.sync("/")));
    await settle();
    const before = await this.#server.requestCount();
    await work();
    await settle();
    return (await this.#server.requestCount()) - before - clients.length;
  }

  /** Round trips, one after the other, of work that is done with a client of its own. */
  async roundTripsOf(prepare: (zk: ZooKeeper) => Promise<() => Promise<unknown>>): Promise<number> {
    await using proxy = await startFaultProxy(this.#server.hosts);
    await proxy.delay(DELAY_MS, "to-client");
    await using zk = await this.client(proxy.hosts);
    const work = await prepare(zk);
    const { flights: before } = await proxy.counts();
    await work();
    return (await proxy.counts()).flights - before;
  }

  /** Waits until so many watches are set at the server, by all clients. */
  async untilWatches(count: number): Promise<void> {
    const [server] = this.#server.servers;
    await waitUntil(async () => (await server?.watchCount()) === count, { what: `${count} watches are set` });
  }

  get #server(): Ensemble {
    if (this.#ensemble === undefined) throw new Error("only within a test");
    return this.#ensemble;
  }
}
