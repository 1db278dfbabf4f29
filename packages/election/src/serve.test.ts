import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { verdictOf } from "./serve.js";

const value = { value: "led to the end" };
const error = { error: new Error("from the callback") };

describe("what follows when a callback has settled", () => {
  it.each([
    { result: value, isLost: false, isStopped: false, verdict: "return" },
    { result: error, isLost: false, isStopped: false, verdict: "throw" },
    { result: { error: undefined }, isLost: false, isStopped: false, verdict: "throw" },
    { result: { value: undefined }, isLost: false, isStopped: false, verdict: "return" },
    { result: value, isLost: true, isStopped: false, verdict: "again" },
    { result: error, isLost: true, isStopped: false, verdict: "again" },
    { result: value, isLost: false, isStopped: true, verdict: "stop" },
    { result: error, isLost: true, isStopped: true, verdict: "stop" },
  ])("$result, lost: $isLost, stopped: $isStopped: $verdict (H65, H66)", ({ verdict, ...settled }) => {
    expect(verdictOf(settled)).toEqual({ kind: verdict, ...(["return", "throw"].includes(verdict) && settled.result) });
  });

  it("counts nothing that was done after the loss, and never goes on after the run was stopped", () => {
    const results = fc.oneof(
      fc.record({ value: fc.anything() }, { requiredKeys: ["value"] }),
      fc.record({ error: fc.anything() }, { requiredKeys: ["error"] }),
    );
    fc.assert(
      fc.property(results, fc.boolean(), fc.boolean(), (result, isLost, isStopped) => {
        const { kind } = verdictOf({ result, isLost, isStopped });
        expect(kind === "stop").toBe(isStopped);
        if (isLost) expect(["again", "stop"]).toContain(kind);
      }),
    );
  });
});
