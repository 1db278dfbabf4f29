/**
 * What the server appends to the name of a sequential znode: the parent's counter of creations, as Java prints `%010d`,
 * so that a negative number has its sign among the ten characters.
 *
 * The counter is an int32. After 2147483647 the one that is given out turns negative, but the one that is stored only
 * grows; so everybody gets 2147483647 from then on, except within one transaction, where the given one counts.
 */
export function sequentialName(counter: number): string {
  return counter < 0 ? `-${String(-counter).padStart(9, "0")}` : String(counter).padStart(10, "0");
}
