import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { serve, verdictOf } from "./serve.js";

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

describe("a callback", () => {
  const leading = { lost: new AbortController().signal, isHeld: () => true };

  it("that returns after a stall has lost the leadership, although no event has told of it yet (H14)", async () => {
    const lost = new AbortController();
    const isHeld = () => {
      lost.abort(new Error("the deadline has passed"));
      return false;
    };
    const settled = await serve({ lost: lost.signal, isHeld }, () => "done", undefined);
    expect(settled).toEqual({ result: { value: "done" }, isLost: true, isStopped: false });
  });

  it("that has resigned by itself has lost nothing", async () => {
    const settled = await serve({ ...leading, isHeld: () => false }, () => "done", undefined);
    expect(settled).toEqual({ result: { value: "done" }, isLost: false, isStopped: false });
  });

  it("is told of what comes first, with its reason", async () => {
    const [lost, stop] = [new AbortController(), new AbortController()];
    const reasons: unknown[] = [];
    const settled = await serve(
      { lost: lost.signal, isHeld: () => !lost.signal.aborted },
      (signal) => {
        stop.abort("stopped");
        lost.abort("lost");
        reasons.push(signal.reason);
        return Promise.reject("failed");
      },
      stop.signal,
    );
    expect(reasons).toEqual(["stopped"]);
    expect(settled).toEqual({ result: { error: "failed" }, isLost: true, isStopped: true });
    const told = await serve(leading, (signal) => signal, AbortSignal.abort("before"));
    expect(told.result).toMatchObject({ value: { aborted: true, reason: "before" } });
  });
});
