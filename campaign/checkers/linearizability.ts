import { SearchBudget, type SearchLimits } from "./search-budget.js";

/** What calls do to an object, one after the other. */
export interface Model<State, Action> {
  readonly initial: State;
  /** The state after the action, or undefined where the action cannot have taken place, or not with this result. */
  step(state: State, action: Action): State | undefined;
  /** The same text for equal states. */
  keyOf(state: State): string;
  /** Whether the action leaves every state as it is. It is done as soon as it can be: that rules nothing out. */
  isLook?(action: Action): boolean;
  /** What the action is about, for {@link makesRoom}. */
  subjectOf?(action: Action): string;
  /**
   * Whether the action can only let others do what they could not before, unless there is more to come about its subject. It
   * is done as soon as it can be, once nothing else is.
   */
  makesRoom?(action: Action): boolean;
}

/** One call and what is known of its result. `end` is `Infinity` for an open call, which need not have taken effect. */
export interface Call<Action> {
  readonly start: number;
  readonly end: number;
  readonly action: Action;
}

export type Linearizability<Action> =
  /** `order` is one in which the calls can have taken effect. */
  | { readonly kind: "linearizable"; readonly order: readonly Call<Action>[] }
  /** `stuck` is a call that cannot have ended when it did, however far one gets; `before` are the latest calls before it. */
  | { readonly kind: "violation"; readonly before: readonly Call<Action>[]; readonly stuck: Call<Action> }
  /** The search has taken too long. To be counted as a failure: nothing is shown. */
  | { readonly kind: "exhausted" };

/** An entry of the time line: the beginning of a call, or its end. */
interface Entry<Action> {
  readonly call: Call<Action>;
  readonly index: number;
  readonly isReturn: boolean;
  /** Where the call ends; undefined for ends, and for calls that are open. */
  end: Entry<Action> | undefined;
  previous: Entry<Action> | undefined;
  next: Entry<Action> | undefined;
}

const LIMIT_STEPS = 2_000_000;
const CALLS_SHOWN = 8;

/**
 * Whether calls by any number of processes can have taken effect one after the other, each at one moment between its start
 * and its end: the search of Wing and Gong, which does not visit a state twice with the same calls done (Lowe).
 *
 * Two calls that touch at the same moment count as concurrent.
 *
 * @see Wing and Gong, Testing and Verifying Concurrent Objects (1993); Lowe, Testing for Linearizability (2017)
 */
export function checkLinearizability<State, Action>(
  model: Model<State, Action>,
  calls: readonly Call<Action>[],
  limits: SearchLimits = {},
): Linearizability<Action> {
  return new Search(model, calls).run(limits);
}

/** Where the search stands after some calls: what could be next, and how many of those were tried. */
interface Position<State, Action> {
  /** How it was reached: the call done last, and the state before it. */
  readonly last: { readonly entry: Entry<Action>; readonly state: State } | undefined;
  readonly candidates: readonly Entry<Action>[];
  tried: number;
}

class Search<State, Action> {
  readonly #model: Model<State, Action>;
  /** Before the first entry of the calls that end. */
  readonly #head: Entry<Action>;
  /** Before the first of the open calls. */
  readonly #open: Entry<Action>;
  readonly #marks: readonly (readonly [number, number])[];
  /** How many ended calls are left about each subject. */
  readonly #about: Map<string, number>;
  readonly #seen = new Set<string>();
  readonly #positions: Position<State, Action>[] = [];
  #state: State;
  /** Ended calls that are not done yet. */
  #left: number;
  /** Which calls are done, as the exclusive or of their random marks. */
  #hash: [number, number] = [0, 0];

  constructor(model: Model<State, Action>, calls: readonly Call<Action>[]) {
    this.#model = model;
    this.#state = model.initial;
    this.#left = calls.filter(({ end }) => end !== Number.POSITIVE_INFINITY).length;
    const ordered = [...calls].sort((a, b) => a.start - b.start);
    const entries = ordered.map(entryOf);
    this.#head = timeLine(entries.filter(({ end }) => end !== undefined));
    this.#open = timeLine(entries.filter(({ end }) => end === undefined));
    this.#marks = marks(ordered.length);
    this.#about = new Map();
    for (const call of ordered) this.#count(call, 1);
  }

  run(limits: SearchLimits): Linearizability<Action> {
    const budget = new SearchBudget(limits, LIMIT_STEPS);
    let furthest: { done: number; before: readonly Call<Action>[]; stuck: Call<Action> } | undefined;
    this.#advance(undefined);
    while (this.#left > 0) {
      if (!budget.take()) return { kind: "exhausted" };
      const position = this.#positions.at(-1);
      if (position === undefined) break;
      const entry = position.candidates[position.tried++];
      if (entry !== undefined) {
        this.#take(entry);
        continue;
      }
      if (furthest === undefined || this.#positions.length > furthest.done) {
        const before = this.#latest(CALLS_SHOWN);
        furthest = { done: this.#positions.length, before, stuck: this.#firstToEnd() };
      }
      this.#undo();
    }
    if (this.#left > 0 && furthest !== undefined) {
      return { kind: "violation", before: furthest.before, stuck: furthest.stuck };
    }
    return { kind: "linearizable", order: this.#latest(this.#positions.length) };
  }

  #latest(count: number): readonly Call<Action>[] {
    return this.#positions.slice(-count).flatMap(({ last }) => last?.entry.call ?? []);
  }

  /**
   * What began before the first end that is left. Those that end soonest are tried first: most histories then need no
   * second try. Open calls come last, as they need not be at all.
   */
  #advance(last: Position<State, Action>["last"]): void {
    const ending: Entry<Action>[] = [];
    let next = this.#head.next;
    for (; next !== undefined && !next.isReturn; next = next.next) ending.push(next);
    ending.sort((a, b) => a.call.end - b.call.end);
    const open = this.#openUntil(next?.call.end ?? Number.POSITIVE_INFINITY);
    const all = [...ending, ...open];
    const eager = all.find(({ call }) => this.#isHarmless(call)) ?? all.find(({ call }) => this.#isRelief(call));
    this.#positions.push({ last, candidates: eager === undefined ? all : [eager], tried: 0 });
  }

  /** The open calls that began by then. */
  #openUntil(time: number): readonly Entry<Action>[] {
    const open: Entry<Action>[] = [];
    let entry = this.#open.next;
    for (; entry !== undefined && entry.call.start <= time; entry = entry.next) open.push(entry);
    return open;
  }

  #isHarmless({ action }: Call<Action>): boolean {
    return this.#model.isLook?.(action) === true && this.#model.step(this.#state, action) !== undefined;
  }

  #isRelief({ action, end }: Call<Action>): boolean {
    if (this.#model.makesRoom?.(action) !== true) return false;
    const others =
      (this.#about.get(this.#model.subjectOf?.(action) ?? "") ?? 0) - (end === Number.POSITIVE_INFINITY ? 0 : 1);
    return others === 0 && this.#model.step(this.#state, action) !== undefined;
  }

  #count({ action, end }: Call<Action>, difference: 1 | -1): void {
    if (end === Number.POSITIVE_INFINITY) return;
    const subject = this.#model.subjectOf?.(action);
    if (subject !== undefined) this.#about.set(subject, (this.#about.get(subject) ?? 0) + difference);
  }

  /** The call that must be done by now, where nothing is possible any more. */
  #firstToEnd(): Call<Action> {
    let entry = this.#head.next;
    while (entry !== undefined && !entry.isReturn) entry = entry.next;
    // While an ended call is left, its end stands in the list.
    if (entry === undefined) throw new Error("the time line has lost the end of a call");
    return entry.call;
  }

  /** Does the call next, if it is possible and leads to where the search has not been. */
  #take(entry: Entry<Action>): void {
    const state = this.#model.step(this.#state, entry.call.action);
    if (state === undefined) return;
    const hash = this.#hashWith(entry);
    const key = `${hash[0]} ${hash[1]} ${this.#model.keyOf(state)}`;
    if (this.#seen.has(key)) return;
    this.#seen.add(key);
    const before = this.#state;
    this.#state = state;
    this.#hash = hash;
    this.#count(entry.call, -1);
    if (entry.end !== undefined) {
      this.#left--;
      unlink(entry.end);
    }
    unlink(entry);
    this.#advance({ entry, state: before });
  }

  #undo(): void {
    const last = this.#positions.pop()?.last;
    if (last === undefined) return;
    const { entry, state } = last;
    this.#state = state;
    this.#hash = this.#hashWith(entry);
    link(entry);
    this.#count(entry.call, 1);
    if (entry.end === undefined) return;
    this.#left++;
    link(entry.end);
  }

  #hashWith({ index }: Entry<Action>): [number, number] {
    const [a, b] = this.#marks[index] ?? [0, 0];
    return [this.#hash[0] ^ a, this.#hash[1] ^ b];
  }
}

/** The beginning of a call, with its end where it has one. */
function entryOf<Action>(call: Call<Action>, index: number): Entry<Action> {
  const end = { call, index, isReturn: true, end: undefined, previous: undefined, next: undefined };
  return { ...end, isReturn: false, end: call.end === Number.POSITIVE_INFINITY ? undefined : end };
}

/** All starts and ends in the order of time, starts first where they meet. */
function timeLine<Action>(starts: readonly Entry<Action>[]): Entry<Action> {
  const entries = starts.flatMap((entry) => (entry.end === undefined ? [entry] : [entry, entry.end]));
  const timeOf = ({ call, isReturn }: Entry<Action>) => (isReturn ? call.end : call.start);
  entries.sort((a, b) => timeOf(a) - timeOf(b) || Number(a.isReturn) - Number(b.isReturn));
  const head = entryOf({ start: 0, end: Number.POSITIVE_INFINITY } as Call<Action>, -1);
  let last = head;
  for (const entry of entries) {
    last.next = entry;
    entry.previous = last;
    last = entry;
  }
  return head;
}

function unlink<Action>({ previous, next }: Entry<Action>): void {
  if (previous !== undefined) previous.next = next;
  if (next !== undefined) next.previous = previous;
}

/** Puts back what was taken out last: entries keep their neighbours. */
function link<Action>(entry: Entry<Action>): void {
  if (entry.previous !== undefined) entry.previous.next = entry;
  if (entry.next !== undefined) entry.next.previous = entry;
}

/**
 * Two random numbers of 32 bits for each call. Should two sets of calls ever have the same marks, a state is taken for
 * visited that was not, and a violation may be reported that is none; never the reverse.
 */
function marks(count: number): readonly (readonly [number, number])[] {
  let seed = 0x9e3779b9;
  const next = (): number => {
    seed = (seed + 0x6d2b79f5) | 0;
    let mixed = Math.imul(seed ^ (seed >>> 15), seed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return (mixed ^ (mixed >>> 14)) >>> 0;
  };
  return Array.from({ length: count }, () => [next(), next()] as const);
}
