import { describe, expect, it } from "vitest";
import { HistoryError, operationsOf, parseEvents } from "./operations.js";

const invoke = (at: number, op: number) => ({ at, op, type: "invoke", workload: "w", key: "k", f: "add" }) as const;

describe("the history of a process", () => {
  it("pairs each operation with its completion, in the order in which they began", () => {
    const operations = operationsOf("p", [
      { ...invoke(1, 0), value: 5 },
      invoke(2, 1),
      { at: 3, op: 1, type: "fail" },
      { at: 4, op: 0, type: "ok", value: 7 },
    ]);
    expect(operations).toEqual([
      { process: "p", workload: "w", key: "k", f: "add", input: 5, output: 7, start: 1, end: 4, outcome: "ok" },
      { process: "p", workload: "w", key: "k", f: "add", input: null, output: null, start: 2, end: 3, outcome: "fail" },
    ]);
  });

  it("leaves open what is unknown, and what the process did not live to complete", () => {
    const operations = operationsOf("p", [invoke(1, 0), invoke(2, 1), { at: 3, op: 0, type: "unknown" }]);
    expect(operations.map(({ outcome, end }) => [outcome, end])).toEqual([
      ["unknown", Number.POSITIVE_INFINITY],
      ["unknown", Number.POSITIVE_INFINITY],
    ]);
  });

  it.each([
    ["ends before it begins", [{ at: 1, op: 0, type: "ok" } as const]],
    ["begins twice", [invoke(1, 0), invoke(2, 0)]],
    ["time goes back", [invoke(2, 0), invoke(1, 1)]],
  ])("is refused where an operation %s: the harness would be wrong", (why, events) => {
    expect(() => operationsOf("p", events)).toThrow(HistoryError);
    expect(() => operationsOf("p", events)).toThrow(why);
  });

  it("may end within a line: the process was killed", () => {
    expect(parseEvents(`${JSON.stringify(invoke(1, 0))}\n{"at":2,"op`)).toEqual([invoke(1, 0)]);
    expect(parseEvents("")).toEqual([]);
  });
});
