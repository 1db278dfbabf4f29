import type { Stat } from "../znode.js";
import { isExhausted } from "./sequence.js";

/**
 * The fencing token of a contender, from the parent's Stat in a listing made after its create; `undefined` if that Stat
 * cannot tell.
 *
 * A token must lie between the czxid of the contender's own znode and that of every later contender: then tokens increase
 * from holder to holder, also when the parent was deleted and made again. The parent's `pzxid`, the zxid of the last
 * creation or deletion of a child, is such a number as long as no sibling was created after ours. The server prints as
 * `cversion` twice the number of creations less the number of children, and our sequence number is the number of
 * creations before our own. Both are int32 and wrap, hence the comparison modulo 2³².
 *
 * @see ZooKeeper's DataNode.copyStat and PrepRequestProcessor
 */
export function tokenFromListing(parent: Stat, sequence: number): bigint | undefined {
  // A counter that is about to be used up stands still from then on, and would look as if nothing came after ours.
  if (isExhausted(sequence) || isExhausted(sequence + 1)) return undefined;
  const twiceCreations = (parent.cversion + parent.numChildren) | 0;
  const twiceOurs = (2 * (sequence + 1)) | 0;
  return twiceCreations === twiceOurs ? parent.pzxid : undefined;
}
