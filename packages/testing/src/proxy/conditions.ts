import type { FaultOperation } from "../faults/index.js";
import type { Direction, Throttle } from "./options.js";

/** What every connection of a proxy meets in a direction, now. */
interface DirectionConditions {
  delayMs: number;
  throttle: Throttle | undefined;
  isPartitioned: boolean;
}

/** What a proxy's verbs set and its connections look at. */
export type Conditions = Readonly<Record<Direction, DirectionConditions>>;

export function clearConditions(): Conditions {
  const clear = (): DirectionConditions => ({ delayMs: 0, throttle: undefined, isPartitioned: false });
  return { "to-server": clear(), "to-client": clear() };
}

/** What a fault proxy has counted since its start. */
export interface ProxyCounts {
  /** Connections that clients have made, those that were refused included. */
  readonly connections: number;
  /**
   * Sequential round trips: how often a client has sent requests after it was sent a reply or an event, or at first.
   * Requests that are sent back to back are one flight if the first reply cannot overtake the last request on its way
   * here; a `delay` of some milliseconds to the client makes sure of that.
   */
  readonly flights: number;
  /** Requests that have arrived from clients, by operation: `connect` for handshakes, `unknown` for unknown ones. */
  readonly requests: Readonly<Partial<Record<FaultOperation | "unknown", number>>>;
  /** Bytes that were carried on. */
  readonly bytesToServer: number;
  readonly bytesToClient: number;
}

/** Counts that go up. */
export class Counters {
  connections = 0;
  flights = 0;
  readonly bytes: Record<Direction, number> = { "to-server": 0, "to-client": 0 };
  readonly #requests = new Map<FaultOperation | "unknown", number>();

  onRequest(operation: FaultOperation | undefined): void {
    const name = operation ?? "unknown";
    this.#requests.set(name, (this.#requests.get(name) ?? 0) + 1);
  }

  snapshot(): ProxyCounts {
    return {
      connections: this.connections,
      flights: this.flights,
      requests: Object.fromEntries(this.#requests),
      bytesToServer: this.bytes["to-server"],
      bytesToClient: this.bytes["to-client"],
    };
  }
}
