import { MAX_TIMER_MS } from "../check.js";
import type { Client } from "../client.js";
import { orAbort, withDeadline } from "../deadline.js";
import { isLossError, NodeExistsError, NoNodeError, TimeoutError } from "../errors.js";
import type { LiveSession } from "../live-session.js";
import { ensurePath } from "../nodes.js";
import { nameOf, parentOf } from "../path.js";
import type { NodeData } from "../update.js";
import { createEphemeral, protectEphemeral } from "./ephemeral.js";
import { DuplicateMemberError } from "./errors.js";
import { goneWithin, type Removal, remove } from "./removal.js";
import { isOwnSession, occupy, rememberSession, rememberVacating, unoccupy, vacated } from "./seat-memory.js";
import { waitForDeletion } from "./wait-for-deletion.js";
import { withinSession } from "./within-session.js";

/**
 * A member's znode in a group: an ephemeral one, whose name follows from the member's identifier. The object stands for one
 * run of the member, from `enterSeat` to `leaveSeat`; another one of the same client and path is another member.
 */
export interface Seat {
  readonly client: Client;
  readonly path: string;
  readonly identifier: string;
  /** What it holds, at the time of its creation. */
  readonly data: () => Buffer;
  /** How long a znode of another's session may stay, in milliseconds, before its owner counts as a live member. */
  readonly patienceMs: number;
}

/** Session timeouts for which a znode of another's session is waited for: its own time-out may be longer than ours. */
const PATIENCE = 1.5;

/** How long a session gives a predecessor's to end. */
export function patienceOf({ timeoutMs }: LiveSession): number {
  return Math.min(MAX_TIMER_MS, PATIENCE * timeoutMs);
}

/** How long giving up may wait for the proof that the znode is gone, in milliseconds; the janitor goes on after that. */
const ABANDON_LIMIT_MS = 250;

/** A create that was sent, and the session that it was sent in. */
interface Attempt {
  readonly session: LiveSession;
  readonly created: Promise<string>;
}

/**
 * Makes the member's znode in the present session, and returns that session.
 *
 * A znode of the same name that belongs to another session is either a predecessor's, a crashed process's say, and goes when
 * that session ends; or a live member's, and stays (H20, H81). If it is from an earlier session of this very client it goes for
 * certain, but nobody knows when: each new leader of the servers gives every session its whole time again. Whatever ends it
 * early leaves no znode behind (H47); what an earlier attempt of this client may have left is waited for.
 *
 * @throws {DuplicateMemberError} it stays. @throws the signal's reason
 */
export async function enterSeat(seat: Seat, signal: AbortSignal): Promise<LiveSession> {
  const { client, path } = seat;
  let latest: Attempt | undefined;
  /** The session in which there may be a znode of ours: a create was answered there, or its answer was lost. */
  let mayHave: LiveSession | undefined;
  await orAbort(vacated(client, path), signal);
  if (!occupy(client, path, seat)) throw duplicate(seat, "this very client has joined with it");
  try {
    for (;;) {
      const session = await client.ready(signal);
      rememberSession(client, session);
      const created = createEphemeral(client, session, path, seat.data());
      latest = { session, created };
      try {
        await orAbort(created, signal);
        mayHave = session;
        await orAbort(protectEphemeral(client, session, path), signal);
        if (session.isValid()) return session;
      } catch (error) {
        if (signal.aborted) throw error;
        if (error instanceof NodeExistsError) {
          if (await isTaken(seat, session, mayHave === session, signal)) return session;
        } else if (error instanceof NoNodeError) {
          const step = { signal, isStep: true } as const;
          await ensurePath(client, parentOf(path), "persistent", client.settings.acl, step);
        } else if (!isLossError(error)) {
          throw error;
        } else if (error.outcome === "unknown") {
          mayHave = session;
        }
      }
    }
  } catch (error) {
    unoccupy(client, path, seat);
    if (latest !== undefined) {
      const { session, created } = latest;
      // Then there may be one of an earlier create, whatever became of the latest.
      const there = mayHave === session ? created.catch(() => path) : created;
      await goneWithin(vacate(seat, { session, created: there }), ABANDON_LIMIT_MS);
    }
    throw error;
  }
}

/**
 * Enters again whenever the znode is gone, until the signal aborts: deleted by somebody else, or with its session. `moved`
 * is told of each new session, and of `undefined` while there is no seat.
 *
 * @throws {DuplicateMemberError} another live member has the identifier by now. @throws {ClosedError}
 */
export async function keepSeat(
  seat: Seat,
  first: LiveSession,
  signal: AbortSignal,
  moved: (session: LiveSession | undefined) => void,
): Promise<void> {
  let session = first;
  while (!signal.aborted) {
    // Resolves when somebody has deleted it; rejects when its session has ended, which is told before there is another one.
    await orAbort(waitForDeletion({ client: seat.client, session, signal }, seat.path), session.lost).catch(() => {});
    if (signal.aborted) return;
    moved(undefined);
    try {
      session = await enterSeat(seat, signal);
    } catch (error) {
      if (signal.aborted) return;
      throw error;
    }
    moved(session);
  }
}

/**
 * Stores what the seat is to hold by now, if its znode is there in the session: otherwise it is made with that. What is there
 * instead may be another member's of the same identifier (H50). Two round trips, or one if `isThere` says that it is there.
 */
export async function rewriteSeat({ path, data }: Seat, session: LiveSession, isThere = false): Promise<void> {
  try {
    const isOurs = isThere || (await session.request("exists", { path, watch: false })).ephemeralOwner === session.id;
    if (isOurs) await session.request("set", { path, data: data(), version: -1 });
  } catch (error) {
    if (!(error instanceof NoNodeError)) throw error;
  }
}

/**
 * Gives the seat up for sure; resolves when its znode is proven to be gone, or its session has ended. The same of what was sent
 * to enter again, and may be on its way for longer than giving that up may take.
 */
export async function leaveSeat(seat: Seat, session: LiveSession): Promise<void> {
  // Otherwise entering again has failed, and what is there by now is another member's.
  if (unoccupy(seat.client, seat.path, seat)) vacate(seat, { session, created: Promise.resolve(seat.path) });
  await vacated(seat.client, seat.path);
}

function vacate({ client, path }: Seat, { session, created }: Attempt): Removal {
  const isOurs = ({ stat }: NodeData) => stat.ephemeralOwner === session.id;
  const parent = parentOf(path);
  // The name is known in any case. To look for what begins with it would find the seats of other members in the session.
  const settled = created.catch((error) => (isLossError(error) && error.outcome === "unknown" ? path : ""));
  const removal = remove({
    client,
    session,
    parent,
    prefix: nameOf(path),
    created: settled,
    isNameCertain: true,
    isOurs,
  });
  rememberVacating(client, path, removal);
  return removal;
}

/** Whether the znode that is there is our own. If it is a predecessor's, waits until it has gone. */
async function isTaken(seat: Seat, session: LiveSession, mayBeOurs: boolean, signal: AbortSignal): Promise<boolean> {
  const { client, path } = seat;
  try {
    const read = () => session.request("exists", { path, watch: false });
    const { ephemeralOwner } = await withinSession({ client, session, signal }, read);
    if (ephemeralOwner === session.id) {
      // Otherwise the client was used to make a znode of this name by hand.
      if (!mayBeOurs) throw duplicate(seat, "this very client has made a znode of its name");
      await orAbort(protectEphemeral(client, session, path), signal);
      return session.isValid();
    }
    if (isOwnSession(client, ephemeralOwner)) await waitForDeletion({ client, session, signal }, path);
    else await predecessorGone(seat, session, signal);
  } catch (error) {
    // Gone by now, or its session is: once more.
    if (signal.aborted || !(error instanceof NoNodeError || isLossError(error))) throw error;
  }
  return false;
}

async function predecessorGone(seat: Seat, session: LiveSession, signal: AbortSignal): Promise<void> {
  const { client, path, patienceMs } = seat;
  try {
    await withDeadline({ signal, timeoutMs: patienceMs }, `waiting for ${path}`, { path }, (both) =>
      waitForDeletion({ client, session, signal: both }, path),
    );
  } catch (error) {
    if (signal.aborted || !(error instanceof TimeoutError)) throw error;
    throw duplicate(seat, "another session has joined with it, and lives");
  }
}

function duplicate({ path, identifier }: Seat, why: string): DuplicateMemberError {
  return new DuplicateMemberError(`there is a member ${JSON.stringify(identifier)} already: ${why}`, { path });
}
