/** The largest number of others that got it between the asking and the getting of one that waited. */
export function mostBefore(
  asked: readonly number[],
  acquired: readonly number[],
  othersAcquired: readonly number[],
): number {
  const between = asked.map((from, index) => {
    const until = acquired[index] ?? from;
    return othersAcquired.filter((moment) => moment > from && moment < until).length;
  });
  return Math.max(0, ...between);
}

/** How many tokens are not greater than the one that was given before, in the order of the moments. */
export function outOfOrder(given: readonly (readonly [moment: number, token: number])[]): number {
  const tokens = given.toSorted(([a], [b]) => a - b).map(([, token]) => token);
  return tokens.filter((token, index) => index > 0 && token <= (tokens[index - 1] ?? token)).length;
}
