import { expect, test } from "vitest";
import { checkOrphans } from "./orphans.js";
import { checkProgress, recoveries } from "./progress.js";

const CALMS = [{ from: 100, until: 200 }];
const success = (workload: string, end: number) => ({ workload, start: 0, end });

test("the recovery of a workload is the time from the healing to its first success", () => {
  const successes = [success("a", 99), success("a", 150), success("a", 130), success("b", 101)];
  expect(recoveries(["a", "b"], successes, CALMS).map(({ recoveryMs }) => recoveryMs)).toEqual([30, 1]);
});

test("progress within the bound is accepted; later progress, or that of another calm, is none", () => {
  const found = recoveries(["a", "b", "c"], [success("a", 130), success("b", 170), success("c", 201)], CALMS);
  expect(checkProgress(found, 50)).toMatchObject([
    { where: "b", message: "after the healing at 100 it went on after 70 ms, not within 50 ms" },
    { where: "c", message: "after the healing at 100 it went on never, not within 50 ms" },
  ]);
});

test("a znode that is left is found", () => {
  expect(checkOrphans("mutex", [])).toEqual([]);
  expect(checkOrphans("mutex", ["/m/_c_1"])).toEqual([
    { rule: "nothing is left behind", where: "mutex", message: "/m/_c_1 is still there" },
  ]);
});
