import type { LiveSession } from "../live-session.js";
import type { Naming } from "./queue.js";

/**
 * How somebody left a queue: as its `first`, or earlier. Whoever comes directly after the first is the next first, and
 * need not ask the servers.
 */
export type Departure = "first" | "gave-up";

interface Neighbour {
  readonly naming: Naming;
  readonly departure: Promise<Departure>;
}

/** Who of this process has a place in a queue, by session and the path of the znode. */
const neighbourhoods = new WeakMap<LiveSession, Map<string, Neighbour>>();

/** Makes somebody known by the path of its znode, until it withdraws. */
export function enroll(session: LiveSession, path: string, neighbour: Neighbour): void {
  // Whoever does not wait for all is first beside others, and its departure says nothing about them.
  if (neighbour.naming.isAwaited !== undefined) return;
  let neighbours = neighbourhoods.get(session);
  if (neighbours === undefined) {
    neighbours = new Map();
    neighbourhoods.set(session, neighbours);
  }
  neighbours.set(path, neighbour);
}

/** To be called at the departure. */
export function withdraw(session: LiveSession, path: string): void {
  neighbourhoods.get(session)?.delete(path);
}

/**
 * The departure of whoever has that znode; `undefined` if that is nobody of this process and session, or somebody who counts
 * other contenders than `naming` does.
 */
export function departureOf(session: LiveSession, path: string, naming: Naming): Promise<Departure> | undefined {
  const neighbour = neighbourhoods.get(session)?.get(path);
  return neighbour?.naming.sequenceOf === naming.sequenceOf ? neighbour?.departure : undefined;
}
