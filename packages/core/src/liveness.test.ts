import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { Liveness } from "./liveness.js";

describe("liveness", () => {
  const events = { heartbeatDue: vi.fn(), passed: vi.fn() };

  beforeEach(() => {
    vi.useFakeTimers();
    vi.resetAllMocks();
  });
  afterEach(() => vi.useRealTimers());

  function alive(timeoutMs: number): Liveness {
    const liveness = new Liveness(events);
    liveness.negotiated(timeoutMs);
    liveness.settled(liveness.sending(), true);
    return liveness;
  }

  it("passes an eighth before the session timeout, once, when nothing is answered", async () => {
    const liveness = alive(8_000);
    await vi.advanceTimersByTimeAsync(6_999);
    expect(events.passed).not.toHaveBeenCalled();
    expect(liveness.isValid()).toBe(true);
    await vi.advanceTimersByTimeAsync(2);
    expect(events.passed).toHaveBeenCalledTimes(1);
    expect(liveness.isValid()).toBe(false);
    expect(liveness.validUntil).toBe(0);
  });

  it("is found to have passed by whoever asks first, before any timer says so (H14)", () => {
    const liveness = alive(8_000);
    vi.setSystemTime(Date.now() + 10_000);
    expect(liveness.isValid()).toBe(false);
    expect(events.passed).toHaveBeenCalledTimes(1);
  });

  it("is not revived by an answer that is read after it has passed", () => {
    const liveness = alive(8_000);
    // Sent while the deadline lay ahead, so that its answer would move the deadline to after now.
    vi.setSystemTime(Date.now() + 4_000);
    const sentAt = liveness.sending();
    vi.setSystemTime(Date.now() + 4_000);
    liveness.settled(sentAt, true);
    expect(liveness.isValid()).toBe(false);
  });

  it("is shortened at once when another server grants less time", async () => {
    const liveness = alive(16_000);
    liveness.negotiated(8_000);
    await vi.advanceTimersByTimeAsync(7_001);
    expect(events.passed).toHaveBeenCalledTimes(1);
  });

  it("calls for a heartbeat while nothing is under way, and for none while something is (H27)", async () => {
    const liveness = alive(6_000);
    await vi.advanceTimersByTimeAsync(1_001);
    expect(events.heartbeatDue).toHaveBeenCalledTimes(1);
    const sentAt = liveness.sending();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(events.heartbeatDue).toHaveBeenCalledTimes(1);
    liveness.settled(sentAt, true);
    liveness.stop();
  });
});
