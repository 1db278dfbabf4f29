import { expect, it } from "vitest";
import { merge, type WorkloadResult } from "./results.js";

const machine = { processor: "one", memory: "1 GiB", system: "Linux", versions: {} };
const result = (workload: string, date: string, more: Partial<WorkloadResult> = {}): WorkloadResult => ({
  workload,
  transport: "native",
  servers: 1,
  date,
  loadBefore: 0,
  samples: {},
  ...more,
});

it("a workload that is measured again takes the place of its older result, and of no other", () => {
  const stored = [result("a", "old"), result("a", "old", { servers: 3 }), result("b", "old")];
  const { workloads } = merge({ machine, workloads: stored }, { machine, workloads: [result("a", "new")] });
  expect(workloads.map(({ workload, servers, date }) => `${workload} ${servers} ${date}`)).toEqual([
    "a 3 old",
    "b 1 old",
    "a 1 new",
  ]);
});
