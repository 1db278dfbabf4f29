import type { Finding } from "../checkers/finding.js";
import { RULES } from "../checkers/rules.js";
import { groupBy } from "../group-by.js";
import { merge, type RunReport } from "./report.js";
import { spreadOf } from "./spread.js";
import { sum } from "./sum.js";
import { verdict } from "./verdict.js";

const PARTS_OF_A_RUN = 12;
const EXAMPLE_LENGTH = 200;

/** A Markdown table; figures to the right. */
function table(head: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  const line = (cells: readonly (string | number)[]) => `| ${cells.join(" | ")} |`;
  const rule = head.map((_, index) => (index === 0 ? "---" : "---:"));
  return [line(head), line(rule), ...rows.map(line)].join("\n");
}

function whole(figure: number): string {
  return figure >= Number.MAX_SAFE_INTEGER ? "never" : figure.toLocaleString("en", { maximumFractionDigits: 0 });
}

const SPREAD = ["times", "p50 ms", "p99 ms", "max ms"];

function spreadTable(first: string, figures: Readonly<Record<string, readonly number[]>>): string {
  const rows = Object.entries(figures).flatMap(([name, its]) => {
    const spread = spreadOf(its);
    return spread === undefined ? [] : [[name, spread.count, ...[spread.p50, spread.p99, spread.max].map(whole)]];
  });
  return table([first, ...SPREAD], rows.sort());
}

export function faultTable(reports: readonly RunReport[]): string {
  const all = merge(reports.map(({ faults }) => toLists(faults)));
  const rows = Object.entries(all).map(([kind, its]) => [kind, sum(its)] as const);
  const total = sum(rows.map(([, count]) => count));
  return table(["Fault", "times"], [...rows.sort((a, b) => b[1] - a[1]), ["all", total]]);
}

export function operationTable(reports: readonly RunReport[]): string {
  const workloads = [...new Set(reports.flatMap(({ operations }) => Object.keys(operations)))].sort();
  const of = (workload: string, outcome: "ok" | "fail" | "unknown") =>
    sum(reports.map(({ operations }) => operations[workload]?.[outcome] ?? 0));
  const rows = workloads.map((name) => [name, of(name, "ok"), of(name, "fail"), of(name, "unknown")] as const);
  const total = ([1, 2, 3] as const).map((column) => sum(rows.map((row) => row[column])));
  return table(["Workload", "ok", "failed", "unknown"], [...rows, ["all", ...total]]);
}

export function handOverTable(reports: readonly RunReport[]): string {
  return spreadTable("After", merge(reports.map(({ handOvers }) => handOvers)));
}

export function recoveryTable(reports: readonly RunReport[]): string {
  return spreadTable("Workload", merge(reports.map(({ recoveries }) => recoveries)));
}

export function overlapTable(reports: readonly RunReport[]): string {
  return spreadTable("Overlap", {
    "two who do not ask, in their sections": reports.flatMap((report) => report.overlaps),
    "two who ask, and are told that they hold": reports.flatMap((report) => report.toldOverlaps),
  });
}

/** Run by run, nothing left out. */
export function runTable(reports: readonly RunReport[]): string {
  const figuresOf = (of: readonly RunReport[]) => {
    const { faults, operations, violations, timeOuts, crashes, unhandledRejections, leftovers, staleWrites } =
      verdict(of);
    return [faults, operations, violations, timeOuts, crashes, unhandledRejections, leftovers, staleWrites];
  };
  const rows = reports.map((report) => {
    const { startedAt, commit, options, elapsedMs } = report;
    const minutes = (elapsedMs / 60_000).toFixed(1);
    return [`${startedAt.slice(0, 16)}Z`, `\`${commit}\``, options.seed, minutes, ...figuresOf([report])];
  });
  const minutes = (sum(reports.map(({ elapsedMs }) => elapsedMs)) / 60_000).toFixed(1);
  const total = ["all", "", "", minutes, ...figuresOf(reports)];
  return table(
    [
      "Run",
      "commit",
      "seed",
      "minutes",
      "faults",
      "operations",
      "violations",
      "checker time-outs",
      "crashes",
      "unhandled rejections",
      "nodes left behind",
      "stale writes accepted",
    ],
    reports.length > 1 ? [...rows, total] : rows,
  );
}

/** What makes a holder late, and how often it hit one who was just in a section. */
export function standstillTable(reports: readonly RunReport[]): string {
  const kinds = [...new Set(reports.flatMap(({ standstills }) => Object.keys(standstills)))];
  const rows = kinds.map((kind) => [
    kind,
    sum(reports.map(({ standstills }) => standstills[kind]?.all ?? 0)),
    sum(reports.map(({ standstills }) => standstills[kind]?.inSection ?? 0)),
  ]);
  return table(["Standstill", "times", "of a holder in its section"], rows);
}

/** In one line. The last words of a process that crashed say most. */
function exampleOf(finding: Finding | undefined): string {
  if (finding === undefined) return "";
  const { rule, message } = finding;
  const text = rule === RULES.crash ? (message.trim().split("\n").at(-1) ?? "") : message;
  return text.replaceAll(/\s+/g, " ").replaceAll("|", "/").slice(0, EXAMPLE_LENGTH);
}

/** Rules that were broken, how often, and the first example of each. */
export function findingTable(reports: readonly RunReport[]): string {
  const findings = reports.flatMap((report) => report.findings);
  const rows = [
    ...groupBy(
      findings,
      ({ rule, where }) => `${rule} | ${rule === RULES.crash ? "workers" : where.replace(/, calm \d+$/, "")}`,
    ),
  ].map(([name, its]) => [name, its.length, exampleOf(its[0])]);
  const exhausted = reports.flatMap((report) => report.exhausted);
  const ends = exhausted.map((where) => [`the checker came to no end | ${where}`, 1, ""]);
  return table(["Rule | of", "times", "the first"], [...rows, ...ends]).replace("| --- |", "| --- | --- |");
}

/** The most that was in use, by twelfths of a run or by minutes, run by run. */
export function usageTable(reports: readonly RunReport[]): string {
  const rows = reports.flatMap(({ usage, options }) => {
    const width = Math.max(1, Math.ceil(options.minutes / PARTS_OF_A_RUN));
    const partOf = ({ minute }: { readonly minute: number }) => Math.floor(minute / width);
    return [...new Set(usage.map(partOf))].map((part) => {
      const its = usage.filter((each) => partOf(each) === part);
      const most = (of: (usage: (typeof its)[number]) => number) => Math.max(...its.map(of));
      const columns = [
        most((each) => each.residentMiB),
        most((each) => each.descriptors),
        most((each) => each.watches),
      ];
      return [`${options.seed}, from minute ${part * width}`, ...columns];
    });
  });
  return table(["Seed", "memory of a worker, MiB", "descriptors of a worker", "watches of all servers"], rows);
}

function toLists(numbers: Readonly<Record<string, number>>): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(numbers).map(([kind, count]) => [kind, [count]]));
}
