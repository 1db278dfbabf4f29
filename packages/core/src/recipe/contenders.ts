import { NoNodeError } from "../errors.js";
import type { LiveSession } from "../live-session.js";
import { join } from "../path.js";
import type { Stat } from "../znode.js";
import { type Naming, needsCzxids, queueOf } from "./queue.js";

/** A contender's znode, as it was found. */
export interface ContenderNode {
  readonly name: string;
  readonly path: string;
  readonly data: Buffer;
  readonly stat: Stat;
}

/**
 * The contenders of a queue in the order of the queue; none where there is no queue. A snapshot: one round trip for
 * the listing, and one of a request for each contender.
 */
export async function readContenders(
  session: LiveSession,
  parent: string,
  naming: Naming,
): Promise<readonly ContenderNode[]> {
  const names = await listNames(session, parent, naming);
  const nodes = await Promise.all(
    names.map(async (name): Promise<[string, ContenderNode][]> => {
      const path = join(parent, name);
      const node = await session.request("get", { path, watch: false }).catch(noneIfGone);
      return node === undefined ? [] : [[name, { name, path, ...node }]];
    }),
  );
  const found = new Map(nodes.flat());
  const czxids = new Map([...found].map(([name, { stat }]) => [name, stat.czxid]));
  return queueOf(names, naming, czxids).flatMap(({ name }) => found.get(name) ?? []);
}

/** Their names only, in the same order. One round trip, two where the sequence numbers do not tell the order. */
export async function listContenders(session: LiveSession, parent: string, naming: Naming): Promise<readonly string[]> {
  const names = await listNames(session, parent, naming);
  const queue = needsCzxids(names, naming) ? await readContenders(session, parent, naming) : queueOf(names, naming);
  return queue.map(({ name }) => name);
}

async function listNames(session: LiveSession, parent: string, naming: Naming): Promise<readonly string[]> {
  const listing = await session.request("children", { path: parent, watch: false }).catch(noneIfGone);
  return (listing?.children ?? []).filter((name) => naming.sequenceOf(name) !== undefined);
}

function noneIfGone(error: unknown): undefined {
  if (!(error instanceof NoNodeError)) throw error;
}
