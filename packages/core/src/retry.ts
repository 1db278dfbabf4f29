import pRetry from "p-retry";
import { checkInteger, checkOptions, MAX_TIMER_MS } from "./check.js";
import { publishRetry } from "./diagnostics.js";
import { InvalidArgumentError } from "./errors.js";

/** How operations are repeated: jittered exponential back-off, bounded in time rather than in count. */
export interface RetryOptions {
  /**
   * Total time, in milliseconds, that an operation without `timeoutMs` may take with all its attempts, including the
   * wait for a connection. Range 0 to 2³¹ − 1. @default 30000
   */
  readonly maxElapsedMs?: number | undefined;
  /** First delay, in milliseconds, before jitter (which multiplies it by 1 to 2). Range 1 to 60000. @default 50 */
  readonly minDelayMs?: number | undefined;
  /** Longest delay, in milliseconds. Range `minDelayMs` to 60000. @default 2000 */
  readonly maxDelayMs?: number | undefined;
}

export interface RetryPolicy {
  readonly maxElapsedMs: number;
  readonly minDelayMs: number;
  readonly maxDelayMs: number;
}

/** @throws {InvalidArgumentError} */
export function retryPolicy(options: RetryOptions | undefined): RetryPolicy {
  const given = checkOptions<RetryOptions>(options, ["maxElapsedMs", "minDelayMs", "maxDelayMs"]);
  const { maxElapsedMs = 30_000, minDelayMs = 50, maxDelayMs = Math.max(2_000, minDelayMs) } = given;
  checkInteger("retry.maxElapsedMs", maxElapsedMs, 0, MAX_TIMER_MS);
  checkInteger("retry.minDelayMs", minDelayMs, 1, 60_000);
  checkInteger("retry.maxDelayMs", maxDelayMs, 1, 60_000);
  if (maxDelayMs < minDelayMs) throw new InvalidArgumentError("retry.maxDelayMs must not be below retry.minDelayMs");
  return { maxElapsedMs, minDelayMs, maxDelayMs };
}

export interface Retrying {
  /** Names the operation in diagnostics. */
  readonly what: string;
  readonly policy: RetryPolicy;
  /** Bounds the whole in time; it is observed between attempts too. */
  readonly signal: AbortSignal;
  /** Whether another attempt is safe and may help. */
  readonly shouldRetry: (error: Error) => boolean;
}

/** Runs `attempt` until it succeeds, fails for good, or the signal aborts: then rejects with the signal's reason. */
export async function retry<T>(attempt: () => Promise<T>, options: Retrying): Promise<T> {
  options.signal.throwIfAborted();
  // Nearly every attempt is the only one: p-retry is not begun for it.
  let first: Promise<T> | undefined = attempt();
  try {
    return await first;
  } catch (error) {
    // p-retry would not begin at all, and tell the abort only. An error that is not to be repeated may know the outcome.
    if (options.signal.aborted) throw isRepeatable(error, options) ? options.signal.reason : error;
    // The first attempt of p-retry below is the one that has just failed.
  }
  let result: { readonly value: T } | undefined;
  try {
    await pRetry(
      async () => {
        try {
          const current = first ?? attempt();
          first = undefined;
          result = { value: await current };
        } catch (thrown) {
          throw thrown instanceof Error ? thrown : new NoError(thrown);
        }
      },
      {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: options.policy.minDelayMs,
        maxTimeout: options.policy.maxDelayMs,
        randomize: true,
        signal: options.signal,
        shouldRetry: ({ error, attemptNumber }) => {
          if (!options.shouldRetry(error)) return false;
          publishRetry(() => ({ what: options.what, attempt: attemptNumber, error }));
          return true;
        },
      },
    );
  } catch (error) {
    // p-retry drops a result that arrives together with an abort. Something acquired must not vanish like that.
    if (result === undefined) throw error instanceof NoError ? error.thrown : error;
  }
  return (result as { readonly value: T }).value;
}

function isRepeatable(error: unknown, { shouldRetry }: Retrying): boolean {
  return error instanceof Error && shouldRetry(error);
}

/** Carries through p-retry, which takes errors only, what is none: the reason of an abort may be anything. */
class NoError extends Error {
  readonly thrown: unknown;

  constructor(thrown: unknown) {
    super("something that is no Error was thrown");
    this.thrown = thrown;
  }
}
