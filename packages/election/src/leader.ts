import { NoNodeError } from "@zookit/core";
import {
  type ContenderNode,
  decodeIdentity,
  join,
  type LiveSession,
  listContenders,
  type Naming,
} from "@zookit/core/recipe";

/** Who leads, as the servers show it. */
export interface Leader {
  /** Who it says it is; empty for clients that say nothing. */
  readonly identifier: string;
  /** What it has proclaimed; empty until then. */
  readonly data: Buffer;
  /** Its term: the same number as {@link Leadership.fencingToken} has in the leading process, if that is one of zookit. */
  readonly fencingToken: bigint;
  /** Path of its znode. */
  readonly path: string;
}

/** A znode that is being read. */
type Read = (path: string) => Promise<Omit<ContenderNode, "name" | "path">>;

/**
 * The first contender, whose znode `read` has read; `undefined` if there was none in some listing. Two round trips.
 *
 * One that has gone between the listing and the reading makes the next one the leader; where all of them have gone, there may
 * be new ones (H67).
 */
export async function findLeader(
  session: LiveSession,
  path: string,
  naming: Naming,
  read: Read = (path) => session.request("get", { path, watch: false }),
): Promise<ContenderNode | undefined> {
  for (;;) {
    const names = await listContenders(session, path, naming);
    if (names.length === 0) return undefined;
    for (const name of names) {
      const node = await readIfThere(join(path, name), read);
      if (node !== undefined) return { name, ...node };
    }
  }
}

/** The znode at the path, `undefined` if there is none any more. One round trip. */
export async function readIfThere(path: string, read: Read): Promise<Omit<ContenderNode, "name"> | undefined> {
  try {
    return { path, ...(await read(path)) };
  } catch (error) {
    if (error instanceof NoNodeError) return undefined;
    throw error;
  }
}

export function leaderOf({ path, data, stat }: Omit<ContenderNode, "name">): Leader {
  return { ...decodeIdentity(data), fencingToken: stat.czxid, path };
}
