import { expect, test } from "vitest";
import type { Operation } from "../history/event.js";
import type { Acquisition } from "../workloads/holding-calls.js";
import { handOvers } from "./hand-over.js";
import { hitsOf, overlaps } from "./overlap.js";
import { spreadOf } from "./spread.js";

function operation(start: number, end: number, key = "k"): Operation {
  return {
    process: "w",
    workload: "fenced-mutex",
    key,
    f: "section",
    input: null,
    output: null,
    start,
    end,
    outcome: "ok",
  };
}

function grant(who: string, start: number, end: number, releasedAt?: number): Acquisition {
  const release = releasedAt === undefined ? undefined : operation(releasedAt, releasedAt + 1);
  return { id: who, key: "k", who, token: 1n, session: "s", input: {}, start, end, looks: [], release };
}

test("a spread names figures that occur", () => {
  expect(spreadOf([])).toBeUndefined();
  expect(spreadOf([7])).toEqual({ count: 1, p50: 7, p99: 7, max: 7 });
  expect(spreadOf(Array.from({ length: 200 }, (_, index) => 200 - index))).toEqual({
    count: 200,
    p50: 100,
    p99: 198,
    max: 200,
  });
});

test("sections overlap for as long as both last, those of one key only", () => {
  const others = [operation(0, 100, "other"), operation(0, Number.POSITIVE_INFINITY)];
  expect(overlaps([operation(0, 10), operation(4, 6), operation(9, 20), operation(20, 30), ...others])).toEqual([2, 1]);
});

test("a fault hits a section of its own worker that had begun and not ended", () => {
  const fault = (target: string, from: number) => ({ kind: "worker stopped", target, from, until: from + 5 });
  const faults = [fault("w", 4), fault("w", 20), fault("other", 4)];
  expect(hitsOf(faults, [operation(0, 10)])).toEqual({ all: 3, inSection: 1 });
});

test("a hand-over is counted from the release if somebody waited, and from the fault if it hit the holder", () => {
  const grants = [grant("w1", 0, 1, 5), grant("w2", 2, 7), grant("w3", 3, 90, 95), grant("w4", 99, 100)];
  const faults = [
    { kind: "worker killed", target: "w2", from: 10, until: 11 },
    { kind: "worker stopped", target: "w2", from: 10, until: 60 },
    { kind: "worker killed", target: "w4", from: 10, until: 11 },
    { kind: "leader killed", target: "server 1", from: 30, until: 80 },
  ];
  expect(handOvers(grants, faults, 20)).toEqual({
    "clean release": [2],
    "worker killed": [80],
    "worker stopped, longer than its session": [80],
    "leader killed": [60],
  });
});
