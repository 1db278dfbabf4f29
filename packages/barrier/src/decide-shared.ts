/** What a listing means in the dialect that kazoo and Curator share: members beside a znode `ready`, without generations. */

/** Made by whoever sees enough members; it tells all the others. */
export const READY = "ready";

export interface SharedView {
  /** When the own znode was created; `undefined` if it is not there. */
  readonly own: bigint | undefined;
  /** When `ready` was created; `undefined` if it is not there. */
  readonly ready: bigint | undefined;
  readonly children: readonly string[];
  /** `ready` was created since the own znode was, whether or not it is still there. */
  readonly sawReady: boolean;
}

/**
 * - `clear`: delete a `ready` that a crashed run has left behind.
 * - `announce`: create `ready`.
 * - `wait`: for a change of `ready`, the own znode or, if `ready` is an old one, the children.
 */
export type SharedDecision = "join" | "clear" | "announce" | "entered" | "wait";

/** `ready` counts as no member (H70), and as an answer only if it is younger than the own znode (H71). */
export function decideSharedEnter({ own, ready, children, sawReady }: SharedView, parties: number): SharedDecision {
  const count = sharedMembers(children).length;
  if (own === undefined) return ready !== undefined && count === 0 ? "clear" : "join";
  if (sawReady || (ready !== undefined && ready > own)) return "entered";
  if (count < parties) return "wait";
  return ready === undefined ? "announce" : "entered";
}

export function sharedMembers(children: readonly string[]): readonly string[] {
  return children.filter((name) => name !== READY);
}
