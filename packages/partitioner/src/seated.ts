import type { Children } from "@zookit/core/recipe";

/** What a member's znode says of it. */
export interface Seated {
  readonly identifier: string;
  /** Random, one for each run: tells a member from its predecessor of the same identifier. */
  readonly run: string;
  readonly weight: number;
  /** Digest of the set that it was given; absent once it has been accepted: then it goes along with what is stored. */
  readonly set?: string | undefined;
}

/** Names of members' znodes: digests of their identifiers. */
export function isSeat(name: string): boolean {
  return /^[0-9a-f]{32}$/.test(name);
}

export function encodeSeated({ identifier, run, weight, set }: Seated): Buffer {
  return Buffer.from(JSON.stringify({ identifier, run, weight, set }), "utf8");
}

/** The members of a listing; what is none is left out (H56). */
export function seatedIn(children: Children): readonly Seated[] {
  return [...children.values()].flatMap(({ data }) => decodeSeated(data) ?? []);
}

function decodeSeated(data: Buffer): Seated | undefined {
  try {
    const { identifier, run, weight, set } = JSON.parse(data.toString("utf8"));
    const isMember =
      typeof identifier === "string" && typeof run === "string" && Number.isInteger(weight) && weight > 0;
    return isMember ? { identifier, run, weight, set } : undefined;
  } catch {
    return undefined;
  }
}
