import { setTimeout as delay } from "node:timers/promises";

/** How long to wait, and for what. */
export interface WaitUntilOptions {
  /** Deadline in milliseconds, for all attempts together. @default 10_000 */
  readonly timeoutMs?: number;
  /** Completes the sentence "timed out waiting until …". */
  readonly what: string;
  /** Pause between two attempts in milliseconds. @default 20 */
  readonly intervalMs?: number;
}

type Truthy<T> = Exclude<T, undefined | null | false | 0 | 0n | "">;

type Attempt<T> = { readonly value: T } | { readonly error: unknown };

/**
 * Resolves with the first truthy value of `condition`. A throw or a rejection counts as "not yet", so that a condition
 * may ask a server that is down. The error at the deadline tells the last value or error seen, since a bare "timed out"
 * explains nothing in a log.
 */
export async function waitUntil<T>(
  condition: () => T | Promise<T>,
  { timeoutMs = 10_000, what, intervalMs = 20 }: WaitUntilOptions,
): Promise<Truthy<T>> {
  const deadline = performance.now() + timeoutMs;
  let last: Attempt<T> | undefined;
  for (;;) {
    const attempt = await within(deadline - performance.now(), attemptOnce(condition));
    last = attempt ?? last;
    if (attempt && "value" in attempt && attempt.value) return attempt.value as Truthy<T>;
    if (performance.now() + intervalMs >= deadline) throw timedOut(timeoutMs, what, last);
    await delay(intervalMs);
  }
}

async function attemptOnce<T>(condition: () => T | Promise<T>): Promise<Attempt<T>> {
  try {
    return { value: await condition() };
  } catch (error) {
    return { error };
  }
}

/** A condition that never settles must not outlast the deadline: resolves with undefined then. */
async function within<T>(timeoutMs: number, attempt: Promise<T>): Promise<T | undefined> {
  const cancel = new AbortController();
  const timeout = delay(Math.max(0, timeoutMs), undefined, { signal: cancel.signal }).catch(() => undefined);
  try {
    return await Promise.race([attempt, timeout]);
  } finally {
    cancel.abort();
  }
}

function timedOut(timeoutMs: number, what: string, last: Attempt<unknown> | undefined): Error {
  const sentence = `timed out after ${timeoutMs} ms waiting until ${what}`;
  if (last === undefined) return new Error(`${sentence}; the condition never settled`);
  if ("error" in last) return new Error(`${sentence}; last error: ${String(last.error)}`, { cause: last.error });
  return new Error(`${sentence}; last value: ${String(last.value)}`);
}
