import { describe, expect, it } from "vitest";
import { report } from "./report.js";
import type { WorkloadResult } from "./results.js";
import { WORKLOADS } from "./workloads/index.js";

const machine = { processor: "one", memory: "1 GiB", system: "Linux", versions: {} };
const page = (...workloads: readonly WorkloadResult[]) => report({ machine, workloads });
const rowsOf = (text: string) => text.split("\n").filter((line) => /(met|missed\*\*|not measured\*\*) \|$/.test(line));
const TARGETS = WORKLOADS.reduce((sum, { targets = [] }) => sum + targets.length, 0);

describe("the page of results", () => {
  it("names every target, whether its work was measured or not", () => {
    const rows = rowsOf(page());
    expect(rows).toHaveLength(TARGETS);
    expect(rows.every((row) => row.includes("**not measured**"))).toBe(true);
  });

  it("says of each target that was measured whether it is met", () => {
    const samples = { zookit: [{ requests: 3, roundTrips: 5 }] };
    const result = { workload: "lock-cycle", transport: "native", servers: 1, date: "today", loadBefore: 0, samples };
    const rows = rowsOf(page(result));
    expect(rows).toHaveLength(TARGETS);
    expect(rows.filter((row) => row.includes(" met |"))).toEqual([expect.stringContaining("requests ≤ 3.01")]);
    expect(rows.filter((row) => row.includes("round trips ≤ 2"))).toEqual([expect.stringContaining("**missed**")]);
  });
});
