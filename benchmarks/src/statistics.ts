/** The value in the middle; the mean of the two in the middle where there are two. NaN of nothing. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : (upper + (sorted[middle - 1] ?? Number.NaN)) / 2;
}

/** The smallest value that at least the given part of all do not exceed. NaN of nothing. */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(part * sorted.length) - 1)] ?? Number.NaN;
}

/** Half the distance from the smallest to the largest, as a part of the median. */
export function spread(values: readonly number[]): number {
  const middle = median(values);
  return middle === 0 ? 0 : (Math.max(...values) - Math.min(...values)) / 2 / middle;
}

/**
 * The median of the ratios round by round. In a round all peers have run shortly after one another, so that what else the
 * machine did at the time weighs on all of them.
 */
export function pairedRatio(ours: readonly number[], theirs: readonly number[]): number {
  return median(ours.flatMap((value, round) => value / (theirs[round] ?? Number.NaN)).filter(Number.isFinite));
}
