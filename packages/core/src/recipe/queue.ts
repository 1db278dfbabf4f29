import { compareSequence, isExhausted } from "./sequence.js";

/** How a recipe names the znodes of its contenders. */
export interface Naming {
  /** Name of a new contender without its sequence number. It contains the id, and nothing else contains that. */
  prefix(id: string): string;
  /** The sequence number of a contender; `undefined` for a child that is none (H56). */
  sequenceOf(name: string): number | undefined;
  /**
   * Whether a contender of that name, where it came earlier, is waited for: a reader waits for writers only.
   * @default every one
   */
  readonly isAwaited?: (name: string) => boolean;
}

export interface Contender {
  readonly name: string;
  readonly sequence: number;
}

/** What a listing means for one contender. */
export type Decision =
  | { readonly kind: "granted" }
  | {
      readonly kind: "wait";
      /** The nearest of those that are waited for. */
      readonly predecessor: string;
      /** How many of them there are. */
      readonly ahead: number;
    }
  /** Its own znode is not there any more. */
  | { readonly kind: "gone" };

/** The czxids of contenders, by name. Those that are gone by now are not in it. */
export type Czxids = ReadonlyMap<string, bigint>;

/** Whether sequence numbers cannot tell the order of a listing, so that {@link decide} needs the contenders' czxids. */
export function needsCzxids(names: readonly string[], naming: Naming): boolean {
  return inOrderOfNumbers(names, naming).some(({ sequence }) => isExhausted(sequence));
}

/**
 * Decides from a listing whether nobody whom a contender waits for came before it, or else who is the nearest of those.
 * Waiting for that one alone wakes no more waiters per release than can go on (H39); deciding anew on every wake-up keeps
 * the order when one in the middle goes (H44). Who came later is never waited for, so that no two wait for each other (H59).
 */
export function decide(names: readonly string[], own: string, naming: Naming, czxids?: Czxids): Decision {
  const queue = queueOf(names, naming, czxids);
  const index = queue.findIndex(({ name }) => name === own);
  if (index < 0) return { kind: "gone" };
  const awaited = queue.slice(0, index).filter(({ name }) => naming.isAwaited?.(name) ?? true);
  const predecessor = awaited.at(-1);
  return predecessor === undefined
    ? { kind: "granted" }
    : { kind: "wait", predecessor: predecessor.name, ahead: awaited.length };
}

/** The contenders of a listing in the order of the queue, which is that of their creation. */
export function queueOf(names: readonly string[], naming: Naming, czxids?: Czxids): readonly Contender[] {
  const contenders = inOrderOfNumbers(names, naming);
  if (czxids === undefined) return contenders;
  return contenders.filter(({ name }) => czxids.has(name)).sort((a, b) => compareContenders(a, b, czxids));
}

interface Ordered {
  readonly naming: Naming;
  readonly contenders: readonly Contender[];
}

/** What was made of a listing, which nobody changes: tasks of one process that share one decide by it in turn. */
const ordered = new WeakMap<readonly string[], Ordered>();

function inOrderOfNumbers(names: readonly string[], naming: Naming): readonly Contender[] {
  const known = ordered.get(names);
  if (known?.naming === naming) return known.contenders;
  const contenders = names
    .flatMap((name) => {
      const sequence = naming.sequenceOf(name);
      return sequence === undefined ? [] : [{ name, sequence }];
    })
    .sort((a, b) => compareSequence(a.sequence, b.sequence));
  ordered.set(names, { naming, contenders });
  return contenders;
}

/**
 * The numbers tell the order up to the last one that does; what comes after, in the order of its czxids, comes after all of
 * them. Czxids alone would put a contender wrong that was created under the number of another, to take its place (H60).
 */
function compareContenders(a: Contender, b: Contender, czxids: Czxids): number {
  const [isLateA, isLateB] = [isExhausted(a.sequence), isExhausted(b.sequence)];
  if (!(isLateA || isLateB)) return compareSequence(a.sequence, b.sequence);
  if (!(isLateA && isLateB)) return isLateA ? 1 : -1;
  return Number((czxids.get(a.name) ?? 0n) - (czxids.get(b.name) ?? 0n));
}
