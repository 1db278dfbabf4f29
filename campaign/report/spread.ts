/** How figures are spread. */
export interface Spread {
  readonly count: number;
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** Undefined of none. Quantiles are figures that occur: the least that so many are not above. */
export function spreadOf(figures: readonly number[]): Spread | undefined {
  const sorted = [...figures].sort((a, b) => a - b);
  const max = sorted.at(-1);
  if (max === undefined) return undefined;
  const quantile = (share: number): number => sorted[Math.ceil(share * sorted.length) - 1] ?? max;
  return { count: sorted.length, p50: quantile(0.5), p99: quantile(0.99), max };
}
