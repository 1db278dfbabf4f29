/**
 * Sequence numbers of sequential znodes: a counter per parent, printed as ten digits, which is an int32.
 *
 * What comes after 2147483647 depends on the server. The guide says that it wraps to −2147483648. Servers since 3.6 let
 * the stored counter only grow, so that it stays at 2147483647: everybody gets that number, except in a burst of creates
 * under way at the same time, which get negative ones. From there on numbers do not tell the order; czxids do.
 */

const LARGEST = 2 ** 31 - 1;

/** Whether the counter has been used up, so that its numbers no longer tell the order of creation. */
export function isExhausted(sequence: number): boolean {
  return sequence === LARGEST || sequence < 0;
}

/**
 * Compares by serial arithmetic: correct across the wrap while two compared numbers are less than 2³¹ creations apart.
 * Compared as text, the first contender after the wrap would sort before the holder (H54).
 */
export function compareSequence(a: number, b: number): number {
  return (a - b) | 0;
}

/** Reads what follows the known prefix of a name; `undefined` for what the server cannot have written (H55, H56). */
export function parseSequence(digits: string): number | undefined {
  // Ten characters with the sign, as Java's %010d prints it; eleven where ten do not suffice.
  if (!/^(?:\d{10}|-\d{9}|-[1-9]\d{9})$/.test(digits)) return undefined;
  const value = Number(digits);
  return (value | 0) === value ? value : undefined;
}
