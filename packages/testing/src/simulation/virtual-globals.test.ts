import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import { VirtualClock } from "./virtual-clock.js";
import { install } from "./virtual-globals.js";

let clock: VirtualClock;
let uninstall: () => void;

beforeEach(() => {
  clock = new VirtualClock();
  uninstall = install(clock);
});

afterEach(() => uninstall());

test("timers, Date and performance.now() go by the clock", () => {
  const calls: string[] = [];
  setTimeout((...args: string[]) => calls.push(...args), 10, "timeout", "with arguments");
  const interval = setInterval(() => calls.push("interval"), 4);
  clearTimeout(setTimeout(() => calls.push("cleared"), 1));
  clearImmediate(setImmediate(() => calls.push("cleared")));
  setImmediate(() => calls.push("immediate"));
  clock.pass(10);
  clearInterval(interval);
  clock.pass(10);
  expect(calls).toEqual(["immediate", "interval", "interval", "timeout", "with arguments"]);
  expect(performance.now()).toBe(20);
  expect(Date.now()).toBe(Date.UTC(2026, 0, 1) + 20);
  expect(new Date().toISOString()).toBe("2026-01-01T00:00:00.020Z");
});

test("timers can be awaited", async () => {
  const seen = Promise.all([promisify(setTimeout)(100, "timeout"), promisify(setImmediate)("immediate")]);
  clock.pass(100);
  expect(await seen).toEqual(["timeout", "immediate"]);
});

test("dates are dates, within and afterwards", () => {
  class Day extends Date {}
  const [now, given, day] = [new Date(), new Date(2000, 1, 29), new Day(5)];
  expect(Date()).toBe(new Date().toString());
  expect(Date.parse("1970-01-01T00:00:01Z")).toBe(1_000);
  expect(day).toBeInstanceOf(Day);
  uninstall();
  for (const date of [now, given, day]) expect(date).toBeInstanceOf(Date);
  expect(given).toEqual(new Date(2000, 1, 29));
  expect(day.getTime()).toBe(5);
});

test("timers from before go on, and can be cleared", async () => {
  uninstall();
  const done = new Promise((resolve) => setTimeout(resolve, 1));
  const cleared = setTimeout(() => expect.unreachable("it was cleared"), 1);
  uninstall = install(clock);
  clearTimeout(cleared);
  await done;
});

test("everything real is back afterwards", () => {
  uninstall();
  const present = () => [
    globalThis.setTimeout,
    globalThis.clearTimeout,
    globalThis.setInterval,
    globalThis.clearInterval,
    globalThis.setImmediate,
    globalThis.clearImmediate,
    globalThis.Date,
    performance.now,
  ];
  const real = present();
  const undo = install(clock);
  for (const [index, virtual] of present().entries()) expect(virtual).not.toBe(real[index]);
  undo();
  expect(present()).toEqual(real);
});
