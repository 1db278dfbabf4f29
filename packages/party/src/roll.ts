import { NoNodeError, type Stat } from "@zookit/core";
import { decodeIdentity, join, type LiveSession } from "@zookit/core/recipe";

/** A member as the servers list it. */
export interface Member {
  readonly identifier: string;
  readonly data: Buffer;
  /** The session that the member is in, as in `zk.session.id`. */
  readonly session: string;
}

/** A member with what tells it from its predecessor of the same name, and from its former data. */
export interface Entry extends Member {
  readonly czxid: bigint;
  readonly mzxid: bigint;
}

/** Members by the names of their znodes. */
export type Roll = ReadonlyMap<string, Entry>;

/** Reads members by the names of their znodes, all at once; those that have gone meanwhile are left out. */
export async function readMembers(
  session: LiveSession,
  path: string,
  names: readonly string[],
  watch: boolean,
): Promise<Roll> {
  const read = async (name: string): Promise<readonly [string, Entry][]> => {
    try {
      const { data, stat } = await session.request("get", { path: join(path, name), watch });
      return [[name, entryOf(data, stat)]];
    } catch (error) {
      if (error instanceof NoNodeError) return [];
      throw error;
    }
  };
  return new Map((await Promise.all(names.map(read))).flat());
}

function entryOf(data: Buffer, { ephemeralOwner = "", czxid, mzxid }: Stat): Entry {
  return { ...decodeIdentity(data), session: ephemeralOwner, czxid, mzxid };
}

/** What has changed from one roll to the next. A member that left and came back is in both. */
export function difference(
  before: Roll,
  after: Roll,
): { readonly joined: readonly Entry[]; readonly left: readonly Entry[] } {
  const missing = (roll: Roll, other: Roll) =>
    [...roll].filter(([name, { czxid }]) => other.get(name)?.czxid !== czxid).map(([, entry]) => entry);
  return { joined: missing(after, before), left: missing(before, after) };
}

export function isSameRoll(a: Roll, b: Roll): boolean {
  return a.size === b.size && [...a].every(([name, { mzxid }]) => b.get(name)?.mzxid === mzxid);
}
