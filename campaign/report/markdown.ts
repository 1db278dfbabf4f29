import { isGood, type RunReport } from "./report.js";
import { sum } from "./sum.js";
import {
  faultTable,
  handOverTable,
  operationTable,
  overlapTable,
  recoveryTable,
  standstillTable,
  usageTable,
} from "./tables.js";
import { verdictOf } from "./verdict.js";

/** What was found, if anything. */
export function findingList(reports: readonly RunReport[]): string {
  const all = reports.flatMap((report) => [
    ...report.findings.map(({ rule, where, message }) => `- ${rule} (${where}): ${message}`),
    ...report.exhausted.map((where) => `- the checker of ${where} came to no end`),
  ]);
  return all.length === 0 ? "None." : all.join("\n");
}

/** The figures of runs, in sections. */
export function figures(reports: readonly RunReport[]): string {
  const accepted = sum(reports.map(({ register }) => register.accepted));
  const refused = sum(reports.map(({ register }) => register.staleRefused));
  const told = sum(reports.map(({ toldOverlaps }) => toldOverlaps.length));
  const sections = sum(reports.map((report) => report.sections));
  const stale = sum(reports.map(({ register }) => register.staleAccepted));
  return `## Violations

${findingList(reports)}

## Holders who are late

The holders of the fenced mutex read and write a register without asking whether they still hold the lock: ${sections} sections
came to their end. Those of the mutex ask at every step, and none may be told that it holds while another is; ${told} times two of them were.

${overlapTable(reports)}

${standstillTable(reports)}

The register accepted ${accepted} requests and refused ${refused} with stale tokens, each of which could have done damage without
the check. It accepted **${stale}** stale ones.

## Faults

${faultTable(reports)}

## Operations

${operationTable(reports)}

## Hand-over

How long it took until the next holder had the lock: after a release, after a fault that hit the holder, or from the beginning of
a fault of links or servers to the next grant. Faults overlap: a worker may be killed while there is no leader.

${handOverTable(reports)}

## Recovery

From the moment at which nothing was wrong any more, and everybody had been started again, to the first success.

${recoveryTable(reports)}

## Use over time

The most that any worker, or all servers together, used in each part of a run. When everything had been released, left and given up, the
servers held ${reports.map(({ watchesAtTheEnd }) => watchesAtTheEnd).join(", ")} watches.

${usageTable(reports)}
`;
}

/** The report of one run. */
export function runReport(report: RunReport): string {
  const { options, startedAt, elapsedMs, commit } = report;
  const verdict = isGood(report) ? "Nothing was found" : "**Something was found**";
  return `# A run of the fault campaign

${verdict}. ${verdictOf([report])}; seed ${options.seed}, ${options.workers} workers, recipes of ${options.workersOf},
commit ${commit}, started ${startedAt}, ${Math.round(elapsedMs / 1_000)} s.

${figures([report])}`;
}
