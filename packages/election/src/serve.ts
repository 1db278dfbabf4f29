import type { Leadership } from "./leadership.js";

/** How a callback has settled, and what was so then. */
export interface Settled<T> {
  readonly result: { readonly value: T } | { readonly error: unknown };
  /** The leadership was lost, in whatever way the callback has taken that. */
  readonly isLost: boolean;
  /** The owner of the run has stopped it. */
  readonly isStopped: boolean;
}

type Verdict<T> =
  | { readonly kind: "return"; readonly value: T }
  | { readonly kind: "throw"; readonly error: unknown }
  | { readonly kind: "again" }
  | { readonly kind: "stop" };

/**
 * What follows when a callback has settled. Whoever stops a run hears of that and of nothing else. A callback whose
 * leadership was lost may have failed for that, or have returned what it did in the next leader's term: neither counts.
 */
export function verdictOf<T>({ result, isLost, isStopped }: Settled<T>): Verdict<T> {
  if (isStopped) return { kind: "stop" };
  if (isLost) return { kind: "again" };
  return "value" in result ? { kind: "return", ...result } : { kind: "throw", ...result };
}

/**
 * Makes the call and waits until it has settled. Its signal aborts when the leadership is lost or `stop` is aborted, whichever
 * is first, with the reason of that.
 */
export async function serve<T>(
  leadership: Pick<Leadership, "lost" | "isHeld">,
  call: (signal: AbortSignal) => Promise<T> | T,
  stop: AbortSignal | undefined,
): Promise<Settled<T>> {
  const told = new AbortController();
  const sources = stop === undefined ? [leadership.lost] : [leadership.lost, stop];
  const tell = () => told.abort(sources.find(({ aborted }) => aborted)?.reason);
  for (const source of sources) source.addEventListener("abort", tell, { once: true });
  if (sources.some(({ aborted }) => aborted)) tell();
  try {
    const calling = async () => call(told.signal);
    const result = await calling().then(
      (value) => ({ value }),
      (error: unknown) => ({ error }),
    );
    // The order matters: asking whether it is held can find that the deadline has passed.
    return { result, isLost: !leadership.isHeld() && leadership.lost.aborted, isStopped: stop?.aborted === true };
  } finally {
    for (const source of sources) source.removeEventListener("abort", tell);
  }
}
