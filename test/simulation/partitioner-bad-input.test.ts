import type { ZooKeeper } from "@zookit/core";
import { Partitioner, type PartitionerOptions } from "@zookit/partitioner";
import { type SimulatedEnsemble, simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import {
  BAD_OPTIONS,
  BAD_PATHS,
  NOT_FUNCTIONS,
  NOT_OPTIONS,
  TRAILING_SLASH,
} from "../integration/support/bad-values.js";
import { notRefused, TOO_LARGE } from "../integration/support/refusal.js";
import { openClient } from "./support/clients.js";

const PATH = "/jobs";
const OPTIONS: PartitionerOptions = { partitions: ["a", "b"] };

const NOT_SETS = [
  ...[undefined, null, 7, true, "ab", {}, new Map(), () => []].map((value) => ({ name: String(value), value })),
  { name: "an empty name", value: ["a", ""] },
  { name: "a number among names", value: ["a", 7] },
  { name: "a hole", value: [undefined] },
  { name: "a lone surrogate", value: ["\ud800"] },
  { name: "a name twice", value: ["a", "b", "a"] },
  { name: "a Set with a number", value: new Set([7]) },
];

const NOT_IDENTIFIERS = ["", "a\0b", "\ud800", 7, null, {}, ["a"]].map((value) => ({
  name: JSON.stringify(value),
  value,
}));

const NOT_WEIGHTS = [0, -1, 1.5, 1_001, Number.NaN, Number.POSITIVE_INFINITY, "2", null].map((value) => ({
  name: String(value),
  value,
}));

async function withClient(story: (zk: ZooKeeper, ensemble: SimulatedEnsemble) => Promise<void>): Promise<void> {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const before = ensemble.log.length;
    await story(zk, ensemble);
    expect(ensemble.log.length, "nothing was written").toBe(before);
  });
}

test("a partitioner refuses every wrong path, option and set with a typed error", async () => {
  await withClient(async (zk) => {
    const make = (options: object) => new Partitioner(zk, PATH, { ...OPTIONS, ...options });
    const complaints = [
      ...(await notRefused(
        [...BAD_PATHS, ...TRAILING_SLASH, { name: "/", value: "/" }],
        (path) => new Partitioner(zk, path, OPTIONS),
        "throws",
      )),
      ...(await notRefused(
        [{ name: "no client", value: {} }],
        (other) => new Partitioner(other, PATH, OPTIONS),
        "throws",
      )),
      ...(await notRefused(
        [...NOT_OPTIONS, { name: "undefined", value: undefined }],
        (options) => new Partitioner(zk, PATH, options),
        "throws",
      )),
      ...(await notRefused(NOT_SETS, (partitions) => make({ partitions }), "throws")),
      ...(await notRefused(NOT_WEIGHTS, (weight) => make({ weight }), "throws")),
      ...(await notRefused(
        [-1, 600_001, 0.5, null].map((value) => ({ name: String(value), value })),
        (settleMs) => make({ settleMs }),
        "throws",
      )),
      ...(await notRefused(NOT_IDENTIFIERS, (identifier) => make({ identifier }), "throws")),
    ];
    expect(complaints).toEqual([]);
  });
});

test("names that make more than a znode can hold are refused, before anything is sent (H10)", async () => {
  await withClient(async (zk) => {
    const values = [
      { name: "100,000 names", value: Array.from({ length: 100_000 }, (_, index) => `partition ${index}`) },
    ];
    const partitioner = new Partitioner(zk, PATH, OPTIONS);
    expect(
      await notRefused(values, (partitions) => new Partitioner(zk, PATH, { partitions }), "throws", TOO_LARGE),
    ).toEqual([]);
    expect(
      await notRefused(values, (partitions) => partitioner.setPartitions(partitions), "rejects", TOO_LARGE),
    ).toEqual([]);
  });
});

test("run, setPartitions and watch refuse every wrong argument with a typed error, and change nothing", async () => {
  await withClient(async (zk) => {
    const partitioner = new Partitioner(zk, PATH, OPTIONS);
    const fn = async () => {};
    const complaints = [
      ...(await notRefused(NOT_FUNCTIONS, (fn) => partitioner.run(fn))),
      ...(await notRefused([...NOT_OPTIONS, { name: "a time-out", value: { timeoutMs: 5 } }], (options) =>
        partitioner.run(fn, options),
      )),
      ...(await notRefused(BAD_OPTIONS.signal, (signal) => partitioner.run(fn, { signal }))),
      ...(await notRefused(NOT_SETS, (partitions) => partitioner.setPartitions(partitions))),
      ...(await notRefused(NOT_OPTIONS, (options) => partitioner.setPartitions(["x"], options))),
      ...(await notRefused(BAD_OPTIONS.signal, (signal) => partitioner.setPartitions(["x"], { signal }))),
      ...(await notRefused(BAD_OPTIONS.timeoutMs, (timeoutMs) => partitioner.setPartitions(["x"], { timeoutMs }))),
      ...(await notRefused(NOT_OPTIONS, (options) => partitioner.watch(options), "throws")),
      ...(await notRefused(BAD_OPTIONS.signal, (signal) => partitioner.watch({ signal }), "throws")),
    ];
    expect(complaints).toEqual([]);
    expect(partitioner.partitions).toEqual(["a", "b"]);
  });
});
