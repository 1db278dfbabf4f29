import fc from "fast-check";
import { expect, test } from "vitest";
import { VirtualClock } from "./virtual-clock.js";
import { VirtualTimer } from "./virtual-timer.js";

/** A clock, and what was called on it: the name of each timer, and when. */
function logged(): {
  clock: VirtualClock;
  calls: string[];
  set: (name: string, delayMs?: unknown, kind?: "timeout" | "interval" | "immediate") => VirtualTimer;
} {
  const clock = new VirtualClock();
  const calls: string[] = [];
  return {
    clock,
    calls,
    set: (name, delayMs = 0, kind = "timeout") =>
      new VirtualTimer(clock, kind, () => calls.push(`${name} ${clock.nowMs}`), delayMs, []),
  };
}

test("timers are called when they are due, not earlier, in the order in which they are due", () => {
  const { clock, calls, set } = logged();
  set("c", 30);
  set("a", 10);
  set("b", 20);
  expect(clock.pass(9)).toBe(false);
  expect(calls).toEqual([]);
  expect(clock.pass(11)).toBe(true);
  expect(calls).toEqual(["a 10", "b 20"]);
  clock.passToNext();
  expect(calls.at(-1)).toBe("c 30");
  expect([clock.nowMs, clock.size]).toEqual([30, 0]);
});

test("of timers that are due at once immediates go first, then what was set first", () => {
  const { clock, calls, set } = logged();
  set("a", 5);
  clock.pass(5 - 2);
  set("b", 2);
  clock.pass(1);
  set("c", 1);
  clock.pass(1);
  expect(calls).toEqual(["a 5", "b 5", "c 5"]);
  set("d", 0);
  set("e", 0, "immediate");
  clock.pass(0);
  expect(calls.slice(3)).toEqual(["e 5", "d 5"]);
});

test("whatever is set, in whatever order, is called in the order of when it is due and then of when it was set", () => {
  fc.assert(
    fc.property(fc.array(fc.nat(20)), (delays) => {
      const { clock, calls, set } = logged();
      for (const [index, delayMs] of delays.entries()) set(String(index), delayMs);
      clock.pass(20);
      const inTurn = delays.map((delayMs, index) => ({ delayMs, index })).sort((a, b) => a.delayMs - b.delayMs);
      expect(calls).toEqual(inTurn.map(({ delayMs, index }) => `${index} ${delayMs}`));
    }),
  );
});

test("an interval is called again and again until it is closed", () => {
  const { clock, calls, set } = logged();
  const interval = set("i", 10, "interval");
  clock.pass(25);
  interval.close();
  clock.pass(100);
  expect(calls).toEqual(["i 10", "i 20"]);
});

test("a timer that sets itself anew without a delay does not stop the time", () => {
  const clock = new VirtualClock();
  let calls = 0;
  const again = () => {
    calls++;
    new VirtualTimer(clock, "timeout", again, 0, []);
  };
  again();
  clock.pass(10);
  expect([clock.nowMs, calls]).toEqual([10, 12]);
});

test("a timer that is closed is not called, one that is refreshed begins anew", () => {
  const { clock, calls, set } = logged();
  const closed = set("closed", 10);
  const refreshed = set("refreshed", 10);
  clock.pass(8);
  closed.close();
  refreshed.refresh();
  clock.pass(9);
  expect(calls).toEqual([]);
  clock.pass(1);
  expect(calls).toEqual(["refreshed 18"]);
});

test("during a stall nothing is called; what came due is called once at its end, in its order", () => {
  const { clock, calls, set } = logged();
  set("b", 200);
  set("a", 100);
  set("i", 30, "interval");
  set("later", 1_001);
  clock.stall(1_000);
  expect(calls).toEqual(["b 1000", "a 1000", "i 1000"]);
  clock.pass(1);
  expect(calls.at(-1)).toBe("later 1001");
});

test("a timer that stalls makes those after it late", () => {
  const { clock, calls, set } = logged();
  new VirtualTimer(clock, "timeout", () => clock.stall(100), 10, []);
  set("a", 11);
  expect(clock.pass(10)).toBe(true);
  expect(calls).toEqual(["a 110"]);
  expect(clock.nowMs).toBe(110);
});

test("a delay is taken as Node.js takes it", () => {
  const { clock, calls, set } = logged();
  set("fraction", 2.9);
  set("text", "3");
  set("too long", 2 ** 31);
  set("negative", -5);
  set("none", undefined);
  set("every", 0, "interval").unref();
  clock.pass(3);
  expect(calls).toEqual([
    "negative 0",
    "none 0",
    "too long 1",
    "every 1",
    "fraction 2",
    "every 2",
    "text 3",
    "every 3",
  ]);
});

test("what a timer throws comes out, and the others are still called", () => {
  const { clock, calls, set } = logged();
  const failure = new Error("a callback failed");
  const fail = () => {
    throw failure;
  };
  new VirtualTimer(clock, "timeout", fail, 10, []);
  set("a", 20);
  expect(() => clock.pass(30)).toThrow(failure);
  clock.pass(30);
  expect(calls).toEqual(["a 20"]);
});

test("only a function can be called", () => {
  const { clock } = logged();
  expect(() => new VirtualTimer(clock, "timeout", "code" as never, 10, [])).toThrow(TypeError);
});
