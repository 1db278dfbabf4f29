/**
 * Sequence numbers of sequential znodes: a counter per parent, printed as ten digits, which is an int32 and wraps from
 * 2147483647 to −2147483648.
 */

/**
 * Compares by serial arithmetic: correct across the wrap while two compared numbers are less than 2³¹ creations apart.
 * Compared as text, the first contender after the wrap would sort before the holder (H54).
 */
export function compareSequence(a: number, b: number): number {
  return (a - b) | 0;
}

/** Reads what follows the known prefix of a name; `undefined` for what the server cannot have written (H55, H56). */
export function parseSequence(digits: string): number | undefined {
  if (!/^(?:\d{10}|-\d{10})$/.test(digits)) return undefined;
  const value = Number(digits);
  return (value | 0) === value ? value : undefined;
}
