import { setImmediate } from "node:timers/promises";
import { describe, expect, it, vi } from "vitest";
import { atEveryMultiple, nowMs } from "./clock.js";

describe("the server's clock", () => {
  it("shows the time of day in whole milliseconds", () => {
    expect(Number.isInteger(nowMs())).toBe(true);
    expect(Math.abs(nowMs() - Date.now())).toBeLessThan(1_000);
  });

  it("calls at full multiples of the interval, until it is stopped", async () => {
    const times: number[] = [];
    const ticking = atEveryMultiple(20, (now) => times.push(now));
    await vi.waitFor(() => expect(times.length).toBeGreaterThan(3));
    ticking.stop();
    const count = times.length;
    // Late by what the machine is late, but never early.
    const multiples = times.map((time) => Math.floor(time / 20));
    expect(new Set(multiples).size).toBe(count);
    // Another one, which is called when this one would have been.
    let calls = 0;
    const other = atEveryMultiple(20, () => calls++);
    await vi.waitFor(() => expect(calls).toBeGreaterThan(1));
    other.stop();
    expect(times).toHaveLength(count);
  });

  it("is stopped also between the time and the call", async () => {
    let calls = 0;
    const ticking = atEveryMultiple(1, () => calls++);
    await vi.waitFor(() => expect(calls).toBeGreaterThan(0));
    ticking.stop();
    const count = calls;
    await setImmediate();
    await setImmediate();
    expect(calls).toBe(count);
  });
});
