import { SearchBudget, type SearchLimits } from "./search-budget.js";

/** One addition to a number, of a positive amount. `end` is `Infinity`, and `before` unknown, where nobody knows whether it took place. */
export interface Addition {
  readonly start: number;
  readonly end: number;
  readonly amount: number;
  /** The number that it was added to. */
  readonly before?: number | undefined;
}

/** What somebody has read. */
export interface Reading {
  readonly start: number;
  readonly end: number;
  readonly value: number;
}

export type AdditionsVerdict =
  | { readonly kind: "explained" }
  | { readonly kind: "violation"; readonly message: string }
  /** The search has taken too long. To be counted as a failure: nothing is shown. */
  | { readonly kind: "exhausted" };

/** Something of which it is known at what number it took place. */
interface Link {
  readonly start: number;
  readonly end: number;
  readonly before: number;
  readonly amount: number;
}

/** Additions of one amount that may have taken place; the first `used` of them, the oldest, are taken to have. */
interface Doubtful {
  readonly amount: number;
  readonly starts: readonly number[];
  used: number;
}

const LIMIT_STEPS = 20_000_000;

class Exhausted extends Error {}

/**
 * Whether a number to which is only added can have taken the values that are known: each known addition took place exactly
 * once, at the number that it names, each doubtful one once at most, and each at a moment between its start and its end.
 *
 * As the number only grows, the values tell the order of what is known; between two of them must lie doubtful additions that
 * sum up to the difference. Of those of one amount it is enough to try the oldest: what it can explain, another cannot
 * explain better. Where amounts hardly ever occur twice, and the least is half of the greatest, there is little to try, and an
 * addition that was applied twice is explained by nothing.
 */
export function checkAdditions(
  additions: readonly Addition[],
  readings: readonly Reading[],
  limits: SearchLimits = {},
): AdditionsVerdict {
  return new Search(additions, readings, limits).run();
}

class Search {
  /** In the order of their values. */
  readonly #links: readonly Link[];
  /** The greatest amount first. */
  readonly #doubtful: readonly Doubtful[];
  readonly #byAmount: ReadonlyMap<number, number>;
  readonly #budget: SearchBudget;

  constructor(additions: readonly Addition[], readings: readonly Reading[], limits: SearchLimits) {
    const known = additions.flatMap((each) => (each.before === undefined ? [] : [{ ...each, before: each.before }]));
    const looks = readings.map(({ start, end, value }): Link => ({ start, end, before: value, amount: 0 }));
    // A reading comes before the addition that changes what it has read.
    this.#links = [...known, ...looks].sort((a, b) => a.before - b.before || a.amount - b.amount || a.end - b.end);
    const starts = new Map<number, number[]>();
    for (const { amount, start, before } of additions) {
      if (before !== undefined) continue;
      const its = starts.get(amount) ?? [];
      starts.set(amount, its);
      its.push(start);
    }
    this.#doubtful = [...starts]
      .sort(([a], [b]) => b - a)
      .map(([amount, its]) => ({ amount, starts: its.sort((a, b) => a - b), used: 0 }));
    this.#byAmount = new Map(this.#doubtful.map(({ amount }, index) => [amount, index]));
    this.#budget = new SearchBudget(limits, LIMIT_STEPS);
  }

  run(): AdditionsVerdict {
    try {
      const stuck = this.#firstUnexplained();
      return stuck === undefined ? { kind: "explained" } : { kind: "violation", message: this.#complaintAbout(stuck) };
    } catch (error) {
      if (error instanceof Exhausted) return { kind: "exhausted" };
      throw error;
    }
  }

  /** Goes from value to value, and back where nothing fits; returns how far one can get if that is not the end. */
  #firstUnexplained(): number | undefined {
    if (this.#links.length === 0) return undefined;
    let furthest = 0;
    const ways = [this.#waysTo(0, Number.NEGATIVE_INFINITY)];
    for (let way = ways.at(-1); way !== undefined; way = ways.at(-1)) {
      const reached = way.next();
      if (reached.done === true) {
        ways.pop();
        continue;
      }
      if (ways.length === this.#links.length) return undefined;
      furthest = Math.max(furthest, ways.length);
      ways.push(this.#waysTo(ways.length, reached.value));
    }
    return furthest;
  }

  /** The ways to get from what is known before to a link: for each the moment at which one can be there. */
  *#waysTo(index: number, time: number): Generator<number> {
    const link = this.#links[index] as Link;
    for (const last of this.#fill(link.before - this.#valueAfter(index - 1), 0, link.end, time)) {
      const moment = Math.max(last, link.start);
      if (moment <= link.end) yield moment;
    }
  }

  #valueAfter(index: number): number {
    const link = this.#links[index];
    return link === undefined ? 0 : link.before + link.amount;
  }

  /** The sets of doubtful additions, begun by a time, that sum up to a gap; while one is looked at, they count as used. */
  *#fill(gap: number, from: number, until: number, time: number): Generator<number> {
    if (!this.#budget.take()) throw new Exhausted();
    if (gap === 0) yield time;
    if (!(gap > 0)) return;
    const exact = this.#byAmount.get(gap) ?? -1;
    if (exact >= from) yield* this.#use(exact, gap, until, time);
    for (let index = from; index < this.#doubtful.length; index++) {
      if (index !== exact) yield* this.#use(index, gap, until, time);
    }
  }

  *#use(index: number, gap: number, until: number, time: number): Generator<number> {
    const doubtful = this.#doubtful[index] as Doubtful;
    const start = doubtful.starts[doubtful.used] ?? Number.POSITIVE_INFINITY;
    if (doubtful.amount > gap || start > until) return;
    doubtful.used++;
    yield* this.#fill(gap - doubtful.amount, index, until, Math.max(time, start));
    doubtful.used--;
  }

  #complaintAbout(index: number): string {
    const { before, amount, start, end } = this.#links[index] as Link;
    const what = amount === 0 ? "it was read" : `${amount} was added to it`;
    const when = `from ${start.toFixed(3)} to ${end.toFixed(3)}`;
    return `nothing explains that the number was ${before} when ${what}, ${when}, after it had been ${this.#valueAfter(index - 1)}`;
  }
}
