import { NoNodeError } from "../errors.js";
import type { LiveSession } from "../live-session.js";
import { join } from "../path.js";
import type { Stat } from "../znode.js";
import type { Naming } from "./queue.js";

/** A contender's znode, as it was found. */
export interface ContenderNode {
  readonly name: string;
  readonly path: string;
  readonly data: Buffer;
  readonly stat: Stat;
}

/**
 * The contenders of a queue in the order of their creation; none where there is no queue. A snapshot: one round trip for
 * the listing, and one of a request for each contender.
 */
export async function readContenders(
  session: LiveSession,
  parent: string,
  naming: Naming,
): Promise<readonly ContenderNode[]> {
  const listing = await session.request("children", { path: parent, watch: false }).catch(noneIfGone);
  const names = (listing?.children ?? []).filter((name) => naming.sequenceOf(name) !== undefined);
  const nodes = await Promise.all(
    names.map(async (name) => {
      const path = join(parent, name);
      const node = await session.request("get", { path, watch: false }).catch(noneIfGone);
      return node === undefined ? [] : [{ name, path, ...node }];
    }),
  );
  return nodes.flat().sort((a, b) => Number(a.stat.czxid - b.stat.czxid));
}

function noneIfGone(error: unknown): undefined {
  if (!(error instanceof NoNodeError)) throw error;
}
