import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { checkWaitOptions, orAbort, orDeadline, pause, withDeadline } from "./deadline.js";
import { InvalidArgumentError, TimeoutError } from "./errors.js";

const NEVER = new Promise<never>(() => {});
const reason = new Error("the caller's own reason");

function listeners(signal: AbortSignal): number {
  return getEventListeners(signal, "abort").length;
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("withDeadline", () => {
  it("resolves as the work does, and leaves neither a listener nor a timer", async () => {
    const { signal } = new AbortController();
    const result = await withDeadline({ signal, timeoutMs: 1_000 }, "working", {}, async (both) => {
      expect(listeners(signal)).toBe(1);
      return both.aborted;
    });
    expect(result).toBe(false);
    expect(listeners(signal)).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves neither a listener nor a timer when the work fails, also when it throws synchronously", async () => {
    const { signal } = new AbortController();
    const failing = withDeadline({ signal, timeoutMs: 1_000 }, "working", {}, () => {
      throw reason;
    });
    await expect(failing).rejects.toBe(reason);
    expect(listeners(signal)).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([reason, "text", 0, null])("passes the abort on with the very same reason: %s", async (given) => {
    const controller = new AbortController();
    const working = withDeadline({ signal: controller.signal }, "working", {}, (both) => orAbort(NEVER, both));
    controller.abort(given);
    await expect(working).rejects.toBe(given);
    expect(listeners(controller.signal)).toBe(0);
  });

  it("rejects with a TimeoutError that says what took too long", async () => {
    const { signal } = new AbortController();
    const working = withDeadline({ signal, timeoutMs: 250 }, "mowing the lawn", {}, (both) => orAbort(NEVER, both));
    const failed = expect(working).rejects.toThrow(
      expect.objectContaining({
        name: "TimeoutError",
        code: "timeout",
        message: expect.stringContaining("mowing the lawn"),
      }),
    );
    await vi.advanceTimersByTimeAsync(250);
    await failed;
    expect(listeners(signal)).toBe(0);
  });

  it("does not time out before its time", async () => {
    const work = new Promise((resolve) => setTimeout(resolve, 249, "done"));
    const working = withDeadline({ timeoutMs: 250 }, "working", {}, (both) => orAbort(work, both));
    await vi.advanceTimersByTimeAsync(249);
    expect(await working).toBe("done");
  });

  it("does not even begin under a signal that has aborted before", async () => {
    const run = vi.fn(async () => {});
    await expect(withDeadline({ signal: AbortSignal.abort(reason) }, "working", {}, run)).rejects.toBe(reason);
    expect(run).not.toHaveBeenCalled();
  });

  it("does not even begin with options that are wrong", async () => {
    const run = vi.fn(async () => {});
    await expect(withDeadline({ timeoutMs: -1 }, "working", {}, run)).rejects.toBeInstanceOf(InvalidArgumentError);
    expect(run).not.toHaveBeenCalled();
  });
});

describe("checkWaitOptions", () => {
  it.each([null, {}, "now", { aborted: false }, new AbortController()])("refuses the signal %s", (signal) => {
    expect(() => checkWaitOptions({ signal: signal as AbortSignal })).toThrow(InvalidArgumentError);
  });

  it.each([null, -1, 1.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, "5", 5n])(
    "refuses the time %s",
    (timeoutMs) => {
      expect(() => checkWaitOptions({ timeoutMs: timeoutMs as number })).toThrow(InvalidArgumentError);
    },
  );

  it.each([undefined, 0, 1, 2 ** 31 - 1])("accepts the time %s", (timeoutMs) => {
    expect(() => checkWaitOptions({ timeoutMs })).not.toThrow();
  });
});

describe("orAbort", () => {
  it("is the promise itself without a signal", () => {
    expect(orAbort(NEVER, undefined)).toBe(NEVER);
  });

  it("resolves or rejects as the promise does, and leaves no listener", async () => {
    const { signal } = new AbortController();
    expect(await orAbort(Promise.resolve(7), signal)).toBe(7);
    await expect(orAbort(Promise.reject(reason), signal)).rejects.toBe(reason);
    expect(listeners(signal)).toBe(0);
  });

  it.each([reason, "text", 0, null])("rejects with the very reason of the abort: %s", async (given) => {
    const controller = new AbortController();
    const waiting = orAbort(NEVER, controller.signal);
    controller.abort(given);
    await expect(waiting).rejects.toBe(given);
    expect(listeners(controller.signal)).toBe(0);
  });

  it("rejects at once under a signal that has aborted before, and leaves no listener", async () => {
    const signal = AbortSignal.abort(reason);
    await expect(orAbort(NEVER, signal)).rejects.toBe(reason);
    expect(listeners(signal)).toBe(0);
  });

  it("handles a promise that fails after the abort, so that the process does not end by it", async () => {
    const controller = new AbortController();
    let fail: (error: Error) => void = () => {};
    const waiting = orAbort(
      new Promise((_, reject) => {
        fail = reject;
      }),
      controller.signal,
    );
    controller.abort(reason);
    fail(new Error("too late for anybody"));
    await expect(waiting).rejects.toBe(reason);
  });
});

describe("orDeadline", () => {
  const bounds = { signal: new AbortController().signal, timeoutMs: 1_000 };

  it("is the promise itself without bounds", () => {
    expect(orDeadline(NEVER, {}, "waiting", () => ({}))).toBe(NEVER);
  });

  it("resolves or rejects as the promise does, and leaves neither a listener nor a timer", async () => {
    expect(await orDeadline(Promise.resolve(7), bounds, "waiting", () => ({}))).toBe(7);
    await expect(orDeadline(Promise.reject(reason), bounds, "waiting", () => ({}))).rejects.toBe(reason);
    expect(listeners(bounds.signal)).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it.each([reason, "text", 0, null])("passes the abort on with the very same reason: %s", async (given) => {
    const controller = new AbortController();
    const waiting = orDeadline(NEVER, { ...bounds, signal: controller.signal }, "waiting", () => ({}));
    controller.abort(given);
    await expect(waiting).rejects.toBe(given);
    await expect(orDeadline(NEVER, { signal: controller.signal }, "waiting", () => ({}))).rejects.toBe(given);
    expect(listeners(controller.signal)).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("rejects with a TimeoutError that says what took too long, and what is true when it does", async () => {
    let outcome: "unknown" | "not-applied" = "not-applied";
    const waiting = orDeadline(NEVER, bounds, "mowing the lawn", () => ({ path: "/lawn", outcome }));
    const failed = expect(waiting).rejects.toThrow(
      expect.objectContaining({
        name: "TimeoutError",
        message: expect.stringContaining("mowing the lawn"),
        path: "/lawn",
        outcome: "unknown",
      }),
    );
    await vi.advanceTimersByTimeAsync(999);
    outcome = "unknown";
    await vi.advanceTimersByTimeAsync(1);
    await failed;
    expect(listeners(bounds.signal)).toBe(0);
  });
});

describe("pause", () => {
  it("waits for its time", async () => {
    const paused = pause(100);
    await vi.advanceTimersByTimeAsync(99);
    expect(vi.getTimerCount()).toBe(1);
    await vi.advanceTimersByTimeAsync(1);
    await paused;
  });

  it("rejects with the signal's reason, and leaves neither a listener nor a timer", async () => {
    const controller = new AbortController();
    const paused = pause(100, controller.signal);
    controller.abort(reason);
    await expect(paused).rejects.toBe(reason);
    expect(listeners(controller.signal)).toBe(0);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("leaves no listener after its time", async () => {
    const { signal } = new AbortController();
    const paused = pause(100, signal);
    await vi.advanceTimersByTimeAsync(100);
    await paused;
    expect(listeners(signal)).toBe(0);
  });
});

it("a TimeoutError of a deadline claims no effect", () => {
  expect(new TimeoutError("late").outcome).toBe("not-applied");
});
