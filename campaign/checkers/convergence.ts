import type { Finding } from "./finding.js";

/** What one observer has seen at a time. */
export interface View {
  readonly observer: string;
  readonly at: number;
  readonly members: readonly string[];
}

export interface Convergence {
  /** When nothing was wrong any more. */
  readonly from: number;
  /** By when all have to see the same, and what. */
  readonly by: number;
  readonly members: readonly string[];
  readonly observers: readonly string[];
}

/** After healing everybody sees the members that there are: the latest that each observer has seen by then is that. */
export function checkConvergence(where: string, views: readonly View[], after: Convergence): readonly Finding[] {
  const { from, by, members, observers } = after;
  const expected = sorted(members);
  return observers.flatMap((observer) => {
    const seen = views.filter((view) => view.observer === observer && view.at <= by);
    const latest = seen.reduce<View | undefined>((a, b) => (a === undefined || b.at >= a.at ? b : a), undefined);
    if (latest !== undefined && sorted(latest.members) === expected) return [];
    const found = latest === undefined ? "nothing" : sorted(latest.members) || "nobody";
    const message = `${observer} sees ${found} ${Math.round(by - from)} ms after healing; there are ${expected || "none"}`;
    return [{ rule: "all see the members that there are", where, message }];
  });
}

function sorted(names: readonly string[]): string {
  return [...names].sort().join(", ");
}
