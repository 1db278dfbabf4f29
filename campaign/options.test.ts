import { expect, test } from "vitest";
import { parseOptions } from "./options.js";

test("without options, all workloads for two minutes, with a seed of its own each time", () => {
  expect(parseOptions([])).toMatchObject({ minutes: 2, workers: 8, transport: "native", folder: undefined });
  expect(parseOptions([])?.workloads).toContain("mutex");
  expect(parseOptions([])?.seed).not.toBe(parseOptions([])?.seed);
});

test("every option counts, also after the dashes that pnpm passes on", () => {
  const args = [
    "--",
    "--minutes",
    "0.5",
    "--seed",
    "7",
    "--workloads",
    "mutex,party",
    "--workers",
    "6",
    "--folder",
    "f",
  ];
  expect(parseOptions(args)).toEqual({
    minutes: 0.5,
    seed: 7,
    workloads: ["mutex", "party"],
    workers: 6,
    transport: "native",
    workersOf: "zookit",
    folder: "f",
  });
  expect(parseOptions(["--help"])).toBeUndefined();
});

test("kazoo's workers run those workloads of which kazoo has a recipe, and no others", () => {
  expect(parseOptions(["--workers-of", "kazoo"])?.workloads).toContain("counter");
  expect(() => parseOptions(["--workers-of", "kazoo", "--workloads", "semaphore"])).toThrow("no workload semaphore");
});

test.each([
  ["--minutes", "0"],
  ["--minutes", "soon"],
  ["--seed", "1.5"],
  ["--workers", "1"],
  ["--workloads", "mutex,none"],
  ["--transport", "wire"],
  ["--workers-of", "curator"],
  ["--hours", "2"],
])("%s %s is refused", (...args) => {
  expect(() => parseOptions(args)).toThrow();
});
