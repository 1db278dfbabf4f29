import { RULES } from "../checkers/rules.js";
import type { RunReport } from "./report.js";
import { sum } from "./sum.js";

/** What came out of runs, in figures. All but the first two must be 0. */
export interface Verdict {
  readonly faults: number;
  readonly operations: number;
  /** Of what is promised. */
  readonly violations: number;
  readonly timeOuts: number;
  readonly crashes: number;
  readonly unhandledRejections: number;
  readonly leftovers: number;
  readonly staleWrites: number;
}

const APART: readonly string[] = [RULES.crash, RULES.unhandledRejection, RULES.leftover];

export function verdict(reports: readonly RunReport[]): Verdict {
  const rules = reports.flatMap(({ findings }) => findings.map(({ rule }) => rule));
  const count = (wanted: string) => rules.filter((rule) => rule === wanted).length;
  return {
    faults: sum(reports.flatMap((report) => Object.values(report.faults))),
    operations: sum(reports.flatMap((report) => Object.values(report.operations).flatMap(Object.values<number>))),
    violations: rules.filter((rule) => !APART.includes(rule)).length,
    timeOuts: sum(reports.map(({ exhausted }) => exhausted.length)),
    crashes: count(RULES.crash),
    unhandledRejections: count(RULES.unhandledRejection),
    leftovers: count(RULES.leftover),
    staleWrites: sum(reports.map(({ register }) => register.staleAccepted)),
  };
}

/** In one line. */
export function verdictOf(reports: readonly RunReport[]): string {
  const all = verdict(reports);
  return [
    `${all.faults} faults, ${all.operations} operations: ${all.violations} violations`,
    `${all.timeOuts} checker time-outs`,
    `${all.crashes} crashes`,
    `${all.unhandledRejections} unhandled rejections`,
    `${all.leftovers} nodes left behind`,
    `${all.staleWrites} stale writes accepted`,
  ].join(", ");
}
