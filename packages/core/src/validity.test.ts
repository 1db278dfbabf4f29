import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Instant, isValidAt, now, validityFrom } from "./validity.js";

const TIMEOUT_MS = 10_000;
const SENT: Instant = { monotonicMs: 5_000, wallMs: 1_700_000_000_000 };
const VALIDITY = validityFrom(SENT, TIMEOUT_MS);

/** The moment at which both clocks have gone on, each by its own step. */
function after(monotonicMs: number, wallMs = monotonicMs): Instant {
  return { monotonicMs: SENT.monotonicMs + monotonicMs, wallMs: SENT.wallMs + wallMs };
}

describe("validity", () => {
  it("ends an eighth of the session timeout before the servers can expire the session (H12)", () => {
    expect(isValidAt(VALIDITY, after(8_749))).toBe(true);
    expect(isValidAt(VALIDITY, after(8_750))).toBe(false);
  });

  it("counts from the moment at which the request was sent, not from its answer", () => {
    expect(VALIDITY).toEqual({ monotonicMs: 13_750, wallMs: SENT.wallMs + 8_750 });
  });

  it("is over after a suspension of the machine, in which the monotonic clock stood still (H16)", () => {
    expect(isValidAt(VALIDITY, after(10, 60_000))).toBe(false);
  });

  it("is over by the monotonic clock although the wall clock was set back (H17)", () => {
    expect(isValidAt(VALIDITY, after(20_000, -3_600_000))).toBe(false);
  });

  it("is not made longer by a wall clock that was set back (H17)", () => {
    fc.assert(
      fc.property(fc.nat(30_000), fc.nat(3_600_000), (elapsed, step) => {
        const isValid = isValidAt(VALIDITY, after(elapsed, elapsed - step));
        expect(isValid).toBe(elapsed < 8_750);
      }),
    );
  });

  it("ends early, which is safe, when the wall clock is set forward (H17)", () => {
    expect(isValidAt(VALIDITY, after(1, 3_600_000))).toBe(false);
  });

  it("never returns once it is over, while clocks run forward", () => {
    fc.assert(
      fc.property(fc.nat(30_000), fc.nat(30_000), (first, more) => {
        if (!isValidAt(VALIDITY, after(first))) expect(isValidAt(VALIDITY, after(first + more))).toBe(false);
      }),
    );
  });

  it("never outlasts the servers' own countdown, whatever the session timeout", () => {
    fc.assert(
      fc.property(fc.integer({ min: 100, max: 2 ** 31 - 1 }), (timeoutMs) => {
        expect(isValidAt(validityFrom(SENT, timeoutMs), after(timeoutMs))).toBe(false);
      }),
    );
  });

  it("reads both clocks at once", () => {
    const { monotonicMs, wallMs } = now();
    expect(Math.abs(wallMs - Date.now())).toBeLessThan(1_000);
    expect(Math.abs(monotonicMs - performance.now())).toBeLessThan(1_000);
  });
});
