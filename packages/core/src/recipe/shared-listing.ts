import type { LiveSession } from "../live-session.js";
import type { Stat } from "../znode.js";

/** The names of a znode's children, with that znode's metadata. */
export interface Listing {
  readonly children: string[];
  readonly stat: Stat;
}

/** A listing that is under way, and the one after it, if anybody has asked meanwhile. */
interface Round {
  readonly listing: Promise<Listing>;
  next: Promise<Listing> | undefined;
}

const rounds = new WeakMap<LiveSession, Map<string, Round>>();

/**
 * A listing that is sent after the call: at once, or when the one under way has been answered; whoever asks until then
 * shares it. So tasks of one process that queue together list twice, not each by itself.
 */
export function listTogether(session: LiveSession, path: string): Promise<Listing> {
  let paths = rounds.get(session);
  if (paths === undefined) {
    paths = new Map();
    rounds.set(session, paths);
  }
  const round = paths.get(path);
  if (round === undefined) return begin(session, path, paths);
  const beginNext = () => begin(session, path, paths);
  round.next ??= round.listing.then(beginNext, beginNext);
  return round.next;
}

function begin(session: LiveSession, path: string, paths: Map<string, Round>): Promise<Listing> {
  const listing = session.request("children", { path, watch: false });
  const round: Round = { listing, next: undefined };
  paths.set(path, round);
  const answered = () => {
    if (round.next === undefined) paths.delete(path);
  };
  listing.then(answered, answered);
  return listing;
}
