import { join, type LiveSession, readContenders } from "@zookit/core/recipe";
import { acquisitionOf, decideLeases, LEASE_NAMING } from "./lease-decision.js";
import type { SemaphoreZnodes } from "./semaphore-znodes.js";

/** One acquisition of a semaphore, as {@link Semaphore.holders} lists it. */
export interface SemaphoreHolder {
  /** What the holder says it is; empty for clients that say nothing. */
  readonly identifier: string;
  readonly permits: number;
  /** Path of its last znode. */
  readonly path: string;
}

interface Group {
  readonly names: readonly string[];
  readonly identifier: string;
  readonly owner: string | undefined;
}

/**
 * The holders in the order of their leases. Not among them is whoever is first in the queue and has made leases that are not
 * granted: they are beyond the limit, its latest ones, and its session is that of the first in the queue. Others beyond the
 * limit were granted before it was lowered.
 */
export async function readHolders(session: LiveSession, znodes: SemaphoreZnodes): Promise<readonly SemaphoreHolder[]> {
  const [leases, waiting, { data }] = await Promise.all([
    readContenders(session, znodes.leases, LEASE_NAMING),
    readContenders(session, znodes.queue.parent, znodes.queue.naming),
    session.request("get", { path: znodes.limit, watch: false }),
  ]);
  const names = leases.map(({ name }) => name);
  const groups = new Map<string, Group>();
  for (const { name, data, stat } of leases) {
    const id = acquisitionOf(name);
    const before = groups.get(id)?.names ?? [];
    groups.set(id, { names: [...before, name], identifier: data.toString(), owner: stat.ephemeralOwner });
  }
  const all = [...groups.values()];
  const limit = znodes.read(data);
  const last = all.findLast(({ owner }) => owner === waiting[0]?.stat.ephemeralOwner);
  const isWaiting = (group: Group) => group === last && decideLeases(names, group.names, limit) === "wait";
  return all
    .filter((group) => !isWaiting(group))
    .map(({ names, identifier }) => ({
      identifier,
      permits: names.length,
      path: join(znodes.leases, names.at(-1) ?? ""),
    }));
}
