import { compareSequence } from "./sequence.js";

/** How a recipe names the znodes of its contenders. */
export interface Naming {
  /** Name of a new contender without its sequence number. It contains the id, and nothing else contains that. */
  prefix(id: string): string;
  /** The sequence number of a contender; `undefined` for a child that is none (H56). */
  sequenceOf(name: string): number | undefined;
}

export interface Contender {
  readonly name: string;
  readonly sequence: number;
}

/** What a listing means for one contender. */
export type Decision =
  | { readonly kind: "granted" }
  | { readonly kind: "wait"; readonly predecessor: string }
  /** Its own znode is not there any more. */
  | { readonly kind: "gone" };

/**
 * Decides from a listing whether a contender is first, or else which znode goes directly before it. Waiting for that one
 * alone wakes one waiter per release (H39); deciding anew on every wake-up keeps order when one in the middle goes (H44).
 */
export function decide(names: readonly string[], own: string, naming: Naming): Decision {
  const sequence = naming.sequenceOf(own);
  if (sequence === undefined || !names.includes(own)) return { kind: "gone" };
  let predecessor: Contender | undefined;
  for (const name of names) {
    const other = naming.sequenceOf(name);
    if (other === undefined || compareSequence(other, sequence) >= 0) continue;
    if (predecessor === undefined || compareSequence(predecessor.sequence, other) < 0) {
      predecessor = { name, sequence: other };
    }
  }
  return predecessor === undefined ? { kind: "granted" } : { kind: "wait", predecessor: predecessor.name };
}

/** The contenders of a listing in the order of the queue. */
export function queueOf(names: readonly string[], naming: Naming): readonly Contender[] {
  return names
    .flatMap((name) => {
      const sequence = naming.sequenceOf(name);
      return sequence === undefined ? [] : [{ name, sequence }];
    })
    .sort((a, b) => compareSequence(a.sequence, b.sequence));
}
