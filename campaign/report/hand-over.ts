import { groupBy } from "../group-by.js";
import type { Fault } from "../nemesis/fault-log.js";
import { type Acquisition, overBy } from "../workloads/holding-calls.js";

/** How long it took, in milliseconds, from what happened to the next grant, by what happened. */
export type HandOvers = Readonly<Record<string, readonly number[]>>;

const CLEAN_RELEASE = "clean release";

/**
 * - After a release: until the next in the queue, who waited already, was granted the lock.
 * - After a fault that hit the holder: until somebody else was.
 * - After a fault of links or servers: until anybody was.
 *
 * Standstills shorter than a session end with a release, and say little; they are counted apart.
 *
 * @param acquisitions of one lock.
 */
export function handOvers(
  acquisitions: readonly Acquisition[],
  faults: readonly Fault[],
  sessionTimeoutMs: number,
): HandOvers {
  const grants = [...acquisitions].sort((a, b) => a.end - b.end);
  const times: (readonly [kind: string, ms: number])[] = [];
  grants.forEach(({ release }, index) => {
    const next = grants[index + 1];
    if (release?.outcome !== "ok" || next === undefined || next.start > release.start) return;
    times.push([CLEAN_RELEASE, next.end - release.start]);
  });
  for (const fault of faults) {
    const { kind, from, until, target } = fault;
    const after = firstAfter(grants, from);
    const holder = grants[after - 1];
    const isToWorker = target.startsWith("w");
    if (isToWorker && (holder?.who !== target || overBy(holder) <= from)) continue;
    let index = after;
    while (isToWorker && grants[index]?.who === target) index++;
    const next = grants[index];
    if (next === undefined) continue;
    const isStandstill = kind === "worker stopped" || kind === "event loop blocked";
    const length = isStandstill ? (until - from > sessionTimeoutMs ? ", longer than its session" : ", briefly") : "";
    times.push([kind + length, next.end - from]);
  }
  const byKind = [...groupBy(times, ([kind]) => kind)];
  return Object.fromEntries(byKind.map(([kind, its]) => [kind, its.map(([, ms]) => ms)]));
}

/** The index of the first grant after a moment. */
function firstAfter(grants: readonly Acquisition[], at: number): number {
  let [low, high] = [0, grants.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((grants[middle]?.end ?? Number.POSITIVE_INFINITY) > at) high = middle;
    else low = middle + 1;
  }
  return low;
}
