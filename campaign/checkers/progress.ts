import { groupBy } from "../group-by.js";
import type { Finding } from "./finding.js";

/** Something that a workload has brought to its end. */
export interface Success {
  readonly workload: string;
  readonly start: number;
  readonly end: number;
}

/** How long it took from a healing to the first success of a workload: of what began before it too, if it was waiting. */
export interface Recovery {
  readonly workload: string;
  readonly healedAt: number;
  /** `Infinity`: never, or not before the faults went on. */
  readonly recoveryMs: number;
}

/** A time without faults, from the healing to the next fault. */
export interface Calm {
  readonly from: number;
  readonly until: number;
}

/** @param workloads those that should have gone on. */
export function recoveries(
  workloads: readonly string[],
  successes: readonly Success[],
  calms: readonly Calm[],
): readonly Recovery[] {
  const byWorkload = groupBy(successes, ({ workload }) => workload);
  const ends = new Map(
    [...byWorkload].map(([workload, its]) => [workload, its.map(({ end }) => end).sort((a, b) => a - b)]),
  );
  return calms.flatMap(({ from, until }) =>
    workloads.map((workload) => {
      const first = ends.get(workload)?.find((end) => end > from) ?? Number.POSITIVE_INFINITY;
      return { workload, healedAt: from, recoveryMs: first <= until ? first - from : Number.POSITIVE_INFINITY };
    }),
  );
}

/** After healing everything goes on within the bound. */
export function checkProgress(found: readonly Recovery[], boundMs: number): readonly Finding[] {
  return found
    .filter(({ recoveryMs }) => recoveryMs > boundMs)
    .map(({ workload, healedAt, recoveryMs }) => {
      const when = recoveryMs === Number.POSITIVE_INFINITY ? "never" : `after ${Math.round(recoveryMs)} ms`;
      const message = `after the healing at ${Math.round(healedAt)} it went on ${when}, not within ${boundMs} ms`;
      return { rule: "progress after healing", where: workload, message };
    });
}
