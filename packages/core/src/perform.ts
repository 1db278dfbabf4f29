import { checkOptions } from "./check.js";
import type { Client } from "./client.js";
import {
  checkWaitOptions,
  type ObserveOptions,
  orAbort,
  WAIT_OPTIONS,
  type WaitOptions,
  withDeadline,
} from "./deadline.js";
import {
  AuthFailedError,
  ClosedError,
  type ErrorDetails,
  isLossError,
  type Outcome,
  TimeoutError,
  ZookitError,
} from "./errors.js";
import type { LiveSession } from "./live-session.js";
import { retry } from "./retry.js";

/**
 * How an operation may be repeated after its answer was lost.
 *
 * - `read`: always; it changes nothing.
 * - `idempotent`: always; doing it twice is as good as once.
 * - `write`: only if it never left the client, otherwise the caller is told that the outcome is unknown.
 */
type Effect = "read" | "idempotent" | "write";

export interface Operation<T> {
  /** For messages and diagnostics, such as `set /a`. */
  readonly what: string;
  readonly path: string;
  readonly effect: Effect;
  readonly options: WaitOptions | StepOptions;
  readonly run: (session: LiveSession, signal: AbortSignal) => Promise<T>;
}

/** Bounds of one step of an operation that has the deadline itself; see {@link bounded}. */
export interface StepOptions {
  readonly signal: AbortSignal;
  readonly isStep: true;
}

/**
 * Runs an operation of several steps under one deadline: `timeoutMs`, or without it the retry policy's `maxElapsedMs`.
 *
 * @throws {TimeoutError} with the outcome of the step that was under way.
 */
export async function bounded<T>(
  client: Client,
  operation: { readonly what: string; readonly path: string; readonly options: WaitOptions | StepOptions },
  run: (step: StepOptions) => Promise<T>,
): Promise<T> {
  const { what, path, options } = operation;
  if ("isStep" in options) return await run(options);
  const { signal: callers, timeoutMs = client.settings.retry.maxElapsedMs } = options;
  try {
    return await withDeadline({ signal: callers, timeoutMs }, what, { path }, (signal) =>
      run({ signal, isStep: true }),
    );
  } catch (error) {
    throw error instanceof TimeoutError && callers?.aborted ? callers.reason : error;
  }
}

/**
 * Runs an operation on a connected session: waits for one, bounds the whole in time, and repeats what may be repeated.
 *
 * @throws {TimeoutError} `timeoutMs`, or without it the retry policy's `maxElapsedMs`, has passed.
 */
export async function perform<T>(client: Client, operation: Operation<T>): Promise<T> {
  const { what, path, effect, options, run } = operation;
  let isUnderWay = false;
  let mayBeApplied = false;
  let lastError: Error | undefined;
  try {
    return await inTime(client, operation, (signal) =>
      retry(
        async () => {
          const session = await client.ready(signal);
          isUnderWay = true;
          // An abort leaves it under way: nobody waits for the answer any more, but it may still be applied.
          const value = await orAbort(run(session, signal), signal);
          isUnderWay = false;
          return value;
        },
        {
          what,
          policy: client.settings.retry,
          signal,
          shouldRetry: (error) => {
            if (!isLossError(error)) return false;
            lastError = error;
            isUnderWay = false;
            mayBeApplied ||= error.outcome === "unknown";
            return effect !== "write" || error.outcome === "not-applied";
          },
        },
      ),
    );
  } catch (error) {
    const isOver = error instanceof ClosedError || error instanceof AuthFailedError;
    if (isOver && mayBeApplied) throw withOutcome(error, "unknown");
    if (!(error instanceof TimeoutError)) throw error;
    // The reason of the caller's own signal is passed on as it is; a deadline of ours tells the outcome.
    if (!("isStep" in options) && options.signal?.aborted) throw options.signal.reason;
    const outcome = effect !== "read" && (isUnderWay || mayBeApplied) ? "unknown" : "not-applied";
    throw new TimeoutError(error.message, { path, outcome, cause: lastError ?? client.lastConnectFailure });
  }
}

/** A step is bounded by its operation's deadline, which is in its signal already. */
function inTime<T>(client: Client, operation: Operation<T>, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const { what, path, options } = operation;
  if ("isStep" in options) return run(options.signal);
  const { signal, timeoutMs = client.settings.retry.maxElapsedMs } = options;
  return withDeadline({ signal, timeoutMs }, what, { path }, run);
}

/** Checks options that consist of those of {@link WaitOptions} and the named ones. */
export function checkWithWaitOptions<Options extends WaitOptions>(
  options: unknown,
  own: readonly (keyof Options)[] = [],
): Options {
  const given = checkOptions<Options>(options, [...own, ...WAIT_OPTIONS]);
  checkWaitOptions(given);
  return given;
}

/** The signal in the options of a stream. */
export function checkObserveOptions(options: unknown): AbortSignal | undefined {
  const { signal } = checkOptions<ObserveOptions>(options, ["signal"]);
  checkWaitOptions({ signal });
  return signal;
}

/** The same error with another outcome, for a step that was not all that the caller asked for. */
export function withOutcome(error: unknown, outcome: Outcome): unknown {
  if (!(error instanceof ZookitError) || error.outcome === outcome) return error;
  const Same = error.constructor as new (message: string, details: ErrorDetails) => ZookitError;
  return new Same(error.message, { path: error.path, cause: error.cause, outcome });
}
