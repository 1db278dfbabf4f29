import { type Children, decodeIdentity } from "@zookit/core/recipe";

/** A member as the servers list it. */
export interface Member {
  readonly identifier: string;
  readonly data: Buffer;
  /** The session that the member is in, as in `zk.session.id`. */
  readonly session: string;
}

export function membersOf(roll: Children): readonly Member[] {
  return [...roll.values()].map(({ data, stat: { ephemeralOwner = "" } }) => ({
    ...decodeIdentity(data),
    session: ephemeralOwner,
  }));
}

/** What has changed from one roll to the next. A member that left and came back is in both. */
export function difference(
  before: Children,
  after: Children,
): { readonly joined: readonly Member[]; readonly left: readonly Member[] } {
  const missing = (roll: Children, other: Children) =>
    membersOf(new Map([...roll].filter(([name, { stat }]) => other.get(name)?.stat.czxid !== stat.czxid)));
  return { joined: missing(after, before), left: missing(before, after) };
}
