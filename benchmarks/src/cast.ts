import type { Driver } from "./driver.js";
import { startDriver } from "./peers.js";
import type { PeerName } from "./workload.js";

/** The drivers of all peers, each started when it is first needed. One at work again is warm already. */
export class Cast implements AsyncDisposable {
  readonly transport: string;
  readonly #drivers = new Map<PeerName, Driver[]>();

  /** @param transport of zookit. */
  constructor(transport: string) {
    this.transport = transport;
  }

  /** So many drivers of the peer. */
  async of(peer: PeerName, count: number): Promise<readonly Driver[]> {
    const drivers = this.#drivers.get(peer) ?? [];
    this.#drivers.set(peer, drivers);
    while (drivers.length < count) drivers.push(await startDriver(peer, this.transport));
    return drivers.slice(0, count);
  }

  /** Sends the drivers of a peer away, so that new ones come next. */
  async dismiss(peer: PeerName): Promise<void> {
    const drivers = this.#drivers.get(peer) ?? [];
    this.#drivers.delete(peer);
    await Promise.all(drivers.map((driver) => driver[Symbol.asyncDispose]()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#drivers.keys()].map((peer) => this.dismiss(peer)));
  }
}
