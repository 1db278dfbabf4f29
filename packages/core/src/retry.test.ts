import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { getEventListeners } from "node:events";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { RetryMessage } from "./diagnostics.js";
import { ConnectionLossError, InvalidArgumentError, NoNodeError } from "./errors.js";
import { type Retrying, type RetryOptions, retry, retryPolicy } from "./retry.js";

const LOSS = new ConnectionLossError("lost");

function retrying(signal: AbortSignal, overrides: Partial<Retrying> = {}): Retrying {
  return {
    what: "test",
    policy: retryPolicy({ minDelayMs: 100, maxDelayMs: 400 }),
    signal,
    shouldRetry: () => true,
    ...overrides,
  };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("retry", () => {
  const { signal } = new AbortController();

  it("repeats until it succeeds, and leaves no listener on the signal", async () => {
    const attempt = vi.fn(async () => {
      if (attempt.mock.calls.length < 5) throw LOSS;
      return "done";
    });
    const result = retry(attempt, retrying(signal));
    await vi.runAllTimersAsync();
    expect(await result).toBe("done");
    expect(attempt).toHaveBeenCalledTimes(5);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("goes on for as long as the signal lets it: it is bounded in time, not in count (H11)", async () => {
    const controller = new AbortController();
    const attempt = vi.fn(async () => {
      throw LOSS;
    });
    const result = retry(attempt, retrying(controller.signal));
    const rejected = expect(result).rejects.toThrow("time is up");
    await vi.advanceTimersByTimeAsync(100_000);
    expect(attempt.mock.calls.length).toBeGreaterThan(200);
    controller.abort(new Error("time is up"));
    await rejected;
    expect(vi.getTimerCount()).toBe(0);
  });

  it("waits a jittered, doubling time that stays below the longest delay", async () => {
    const at: number[] = [];
    const attempt = async () => {
      at.push(performance.now());
      if (at.length < 7) throw LOSS;
    };
    const result = retry(attempt, retrying(signal));
    await vi.runAllTimersAsync();
    await result;
    const delays = at.slice(1).map((time, index) => time - (at[index] ?? 0));
    expect(delays[0]).toBeGreaterThanOrEqual(100);
    expect(delays[0]).toBeLessThanOrEqual(200);
    expect(delays[1]).toBeGreaterThanOrEqual(200);
    expect(delays.slice(2)).toEqual([400, 400, 400, 400]);
  });

  it("spreads the delays of clients that failed together: jitter multiplies by 1 to 2", async () => {
    const random = vi.spyOn(Math, "random");
    for (const [luck, delayMs] of [
      [0, 100],
      [0.5, 150],
      [0.99, 199],
    ] as const) {
      random.mockReturnValue(luck);
      const attempt = vi.fn(async () => {
        if (attempt.mock.calls.length === 1) throw LOSS;
      });
      const result = retry(attempt, retrying(signal));
      await vi.advanceTimersByTimeAsync(delayMs - 1);
      expect(attempt).toHaveBeenCalledTimes(1);
      await vi.advanceTimersByTimeAsync(1);
      expect(attempt).toHaveBeenCalledTimes(2);
      await result;
    }
    random.mockRestore();
  });

  it("fails at once with the very error that must not be repeated", async () => {
    const error = new NoNodeError("gone", { path: "/a" });
    const attempt = vi.fn(async () => {
      throw error;
    });
    await expect(retry(attempt, retrying(signal, { shouldRetry: (e) => e === LOSS }))).rejects.toBe(error);
    expect(attempt).toHaveBeenCalledTimes(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("observes the signal while it sleeps, and rejects with its very reason", async () => {
    const controller = new AbortController();
    const reason = new Error("the caller's own reason");
    const result = retry(async () => {
      throw LOSS;
    }, retrying(controller.signal));
    const rejected = expect(result).rejects.toBe(reason);
    await vi.advanceTimersByTimeAsync(10);
    expect(vi.getTimerCount()).toBe(1);
    controller.abort(reason);
    await rejected;
    expect(vi.getTimerCount()).toBe(0);
    expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
  });

  it.each([1, 2])(
    "gives back a result of attempt %i that arrives with an abort: it must not vanish (H47)",
    async (last) => {
      const controller = new AbortController();
      const attempt = vi.fn(async () => {
        if (attempt.mock.calls.length < last) throw LOSS;
        controller.abort(new Error("too late"));
        return "acquired";
      });
      const result = expect(retry(attempt, retrying(controller.signal))).resolves.toBe("acquired");
      await vi.runAllTimersAsync();
      await result;
    },
  );

  it("gives back a result of undefined that arrives together with an abort", async () => {
    const controller = new AbortController();
    const result = retry(async () => controller.abort(), retrying(controller.signal));
    await expect(result).resolves.toBeUndefined();
  });

  it.each([1, 2])("tells the error of attempt %i that comes with an abort: it may know the outcome", async (last) => {
    const controller = new AbortController();
    const told = new ConnectionLossError("applied or not");
    const attempt = vi.fn(async () => {
      if (attempt.mock.calls.length < last) throw LOSS;
      controller.abort(new Error("time is up"));
      throw told;
    });
    const result = retry(attempt, retrying(controller.signal, { shouldRetry: (error) => error === LOSS }));
    const rejected = expect(result).rejects.toBe(told);
    await vi.runAllTimersAsync();
    await rejected;
  });

  it("tells the abort if the attempt that ended with it could have been repeated", async () => {
    const controller = new AbortController();
    const reason = new Error("time is up");
    const attempt = vi.fn(async () => {
      controller.abort(reason);
      throw LOSS;
    });
    await expect(retry(attempt, retrying(controller.signal))).rejects.toBe(reason);
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  it("makes no attempt under a signal that has aborted before", async () => {
    const attempt = vi.fn(async () => {});
    await expect(retry(attempt, retrying(AbortSignal.abort(LOSS)))).rejects.toBe(LOSS);
    expect(attempt).not.toHaveBeenCalled();
  });

  it.each(["a text", 42, null, { plain: "object" }])(
    "rejects with an abort reason that is no Error: %j",
    async (reason) => {
      const controller = new AbortController();
      const result = retry(
        async () => {
          controller.abort(reason);
          controller.signal.throwIfAborted();
        },
        retrying(controller.signal, { shouldRetry: () => false }),
      );
      await expect(result).rejects.toBe(reason);
    },
  );

  it.each(["a text", 42, null])("rejects with what the attempt threw although it is no Error: %j", async (thrown) => {
    const result = retry(
      async () => {
        throw thrown;
      },
      retrying(signal, { shouldRetry: () => false }),
    );
    await expect(result).rejects.toBe(thrown);
  });

  it("publishes each repetition on zookit:retry, and no failure that is final", async () => {
    const seen: RetryMessage[] = [];
    const listen = (message: unknown) => seen.push(message as RetryMessage);
    subscribe("zookit:retry", listen);
    try {
      let attempts = 0;
      const result = retry(
        async () => {
          if (++attempts < 3) throw LOSS;
        },
        retrying(signal, { what: "set /a" }),
      );
      await vi.runAllTimersAsync();
      await result;
      const final = () => Promise.reject(new Error("final"));
      await expect(retry(final, retrying(signal, { shouldRetry: () => false }))).rejects.toThrow("final");
    } finally {
      unsubscribe("zookit:retry", listen);
    }
    expect(seen).toEqual([
      { what: "set /a", attempt: 1, error: LOSS },
      { what: "set /a", attempt: 2, error: LOSS },
    ]);
  });
});

describe("retryPolicy", () => {
  it("has defaults", () => {
    expect(retryPolicy(undefined)).toEqual({ maxElapsedMs: 30_000, minDelayMs: 50, maxDelayMs: 2_000 });
    expect(retryPolicy({ maxElapsedMs: undefined })).toEqual(retryPolicy({}));
  });

  it("lifts the default of the longest delay to the shortest one given", () => {
    expect(retryPolicy({ minDelayMs: 5_000 }).maxDelayMs).toBe(5_000);
  });

  it.each([
    ["null", null],
    ["a number", 5],
    ["an array", []],
    ["a function", () => {}],
    ["an unknown key", { retries: 3 }],
    ["a negative total", { maxElapsedMs: -1 }],
    ["a total over what a timer can wait", { maxElapsedMs: 2 ** 31 }],
    ["a total of NaN", { maxElapsedMs: Number.NaN }],
    ["a total of null", { maxElapsedMs: null }],
    ["a delay of 0", { minDelayMs: 0 }],
    ["a fraction", { minDelayMs: 1.5 }],
    ["a text", { maxDelayMs: "50" }],
    ["too long a delay", { maxDelayMs: 60_001 }],
    ["a longest delay below the shortest", { minDelayMs: 100, maxDelayMs: 99 }],
  ])("refuses %s", (_, options) => {
    expect(() => retryPolicy(options as RetryOptions)).toThrow(InvalidArgumentError);
  });
});
