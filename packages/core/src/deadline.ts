import { setMaxListeners } from "node:events";
import { checkInteger, MAX_TIMER_MS } from "./check.js";
import { type ErrorDetails, InvalidArgumentError, TimeoutError } from "./errors.js";
import { describe } from "./znode.js";

/** Options of everything that can wait. */
export interface WaitOptions {
  /** Gives up when aborted; the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
  /**
   * One total deadline, in milliseconds, from the call to its end; then the promise rejects with {@link TimeoutError}.
   * Range 0 to 2³¹ − 1. @default for operations the client's `retry.maxElapsedMs`; for `acquire` and `release` none
   */
  readonly timeoutMs?: number | undefined;
}

/** Options of streams, which have no end of their own. */
export interface ObserveOptions {
  /** Ends the stream when aborted: the pending `next()` rejects with the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

export const WAIT_OPTIONS = ["signal", "timeoutMs"] as const;

/** @throws {InvalidArgumentError} a signal that is none, or a time out of range. */
export function checkWaitOptions({ signal, timeoutMs }: WaitOptions): void {
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw new InvalidArgumentError(`signal must be an AbortSignal, not ${describe(signal)}`);
  }
  if (timeoutMs !== undefined) checkInteger("timeoutMs", timeoutMs, 0, MAX_TIMER_MS);
}

/** Stands for "nothing ends this early", so that a wait without bounds costs neither a signal nor a frame of its own. */
const NEVER = new AbortController().signal;

/**
 * Runs something under one signal that stands for the caller's signal and the caller's deadline together.
 *
 * `AbortSignal.any` would do the same, but on Node 20 each call leaves an entry behind at a long-lived source signal.
 */
export function withDeadline<T>(
  options: WaitOptions,
  what: string,
  details: ErrorDetails,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const isUnbounded = options.signal === undefined && options.timeoutMs === undefined;
  return isUnbounded ? run(NEVER) : withBounds(options, what, details, run);
}

async function withBounds<T>(
  options: WaitOptions,
  what: string,
  details: ErrorDetails,
  run: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  checkWaitOptions(options);
  const { signal: outer, timeoutMs } = options;
  outer?.throwIfAborted();
  // Many waits under one signal are no leak, of which Node.js would warn otherwise.
  if (outer !== undefined) setMaxListeners(0, outer);
  if (outer !== undefined && timeoutMs === undefined) return await run(outer);
  const controller = new AbortController();
  const onAbort = () => controller.abort(outer?.reason);
  const onTimeout = () => controller.abort(timeoutError(what, timeoutMs, details));
  outer?.addEventListener("abort", onAbort, { once: true });
  const timer = timeoutMs === undefined ? undefined : setTimeout(onTimeout, timeoutMs);
  try {
    return await run(controller.signal);
  } finally {
    clearTimeout(timer);
    outer?.removeEventListener("abort", onAbort);
  }
}

/** Settles as the promise does, or rejects with the signal's reason, whichever is first. Leaves no listener behind. */
export function orAbort<T>(promise: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined || signal === NEVER) return promise;
  return orEarlier(promise, signal, undefined, () => undefined);
}

/**
 * The same, or a {@link TimeoutError} when the time has passed. What the promise stands for goes on all the same: where nothing
 * is to be stopped, there is no need for the signal that {@link withDeadline} makes, which costs more than all the rest.
 *
 * @param details of the error, as they are when the time has passed.
 */
export function orDeadline<T>(
  promise: Promise<T>,
  { signal, timeoutMs }: WaitOptions,
  what: string,
  details: () => ErrorDetails,
): Promise<T> {
  if (signal === undefined && timeoutMs === undefined) return promise;
  if (signal !== undefined) setMaxListeners(0, signal);
  return orEarlier(promise, signal, timeoutMs, () => timeoutError(what, timeoutMs, details()));
}

function orEarlier<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  timeoutMs: number | undefined,
  timedOut: () => unknown,
): Promise<T> {
  return new Promise<T>((resolve, reject) => {
    const giveUp = (reason: unknown) => {
      settled();
      reject(reason);
    };
    const onAbort = () => giveUp(signal?.reason);
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => giveUp(timedOut()), timeoutMs);
    const settled = () => {
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    };
    promise.then((value) => {
      settled();
      resolve(value);
    }, giveUp);
    if (signal?.aborted) onAbort();
    else signal?.addEventListener("abort", onAbort, { once: true });
  });
}

function timeoutError(what: string, timeoutMs: number | undefined, details: ErrorDetails): TimeoutError {
  return new TimeoutError(`${what} took longer than ${timeoutMs} ms`, details);
}

/** Waits for a time, or rejects with the signal's reason. */
export async function pause(delayMs: number, signal?: AbortSignal): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await orAbort(
      new Promise<void>((resolve) => {
        timer = setTimeout(resolve, delayMs);
      }),
      signal,
    );
  } finally {
    clearTimeout(timer);
  }
}
