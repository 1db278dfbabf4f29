/** A measured duration: `2.3 ms`, `2.98 s`. */
export function duration(ms: number): string {
  return ms < 1_000 ? `${ms.toFixed(1)} ms` : `${(ms / 1_000).toFixed(2)} s`;
}

/** A duration that was chosen: `0.2 s`, `3 s`. */
export function seconds(ms: number): string {
  return `${ms / 1_000} s`;
}
