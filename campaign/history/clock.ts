/** Milliseconds of CLOCK_MONOTONIC, the same clock in all processes of this machine (unlike `performance.now()`). */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint() / 1_000n) / 1_000;
}
