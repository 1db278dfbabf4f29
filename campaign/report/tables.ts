import { merge, type RunReport } from "./report.js";
import { spreadOf } from "./spread.js";

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
  return spreadTable("Overlap", { "two holders in their sections": reports.flatMap((report) => report.overlaps) });
}

/** The most that was in use in each minute, run by run. */
export function usageTable(reports: readonly RunReport[]): string {
  const rows = reports.flatMap(({ usage, options }) =>
    [...new Set(usage.map(({ minute }) => minute))].map((minute) => {
      const its = usage.filter((each) => each.minute === minute);
      const most = (of: (usage: (typeof its)[number]) => number) => Math.max(...its.map(of));
      const columns = [
        most((each) => each.residentMiB),
        most((each) => each.descriptors),
        most((each) => each.watches),
      ];
      return [`${options.seed}, minute ${minute + 1}`, ...columns];
    }),
  );
  return table(["Seed", "memory of a worker, MiB", "descriptors of a worker", "watches of all servers"], rows);
}

export function sum(figures: readonly number[]): number {
  return figures.reduce((total, figure) => total + figure, 0);
}

function toLists(numbers: Readonly<Record<string, number>>): Record<string, readonly number[]> {
  return Object.fromEntries(Object.entries(numbers).map(([kind, count]) => [kind, [count]]));
}
