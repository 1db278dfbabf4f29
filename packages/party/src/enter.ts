import { NodeExistsError, NoNodeError, TimeoutError } from "@zookit/core";
import {
  type Client,
  createNode,
  ensurePath,
  isLossError,
  type LiveSession,
  MAX_TIMER_MS,
  parentOf,
  waitForDeletion,
  withDeadline,
  withinSession,
} from "@zookit/core/recipe";
import { DuplicateMemberError } from "./errors.js";

/** A member's znode. */
export interface Seat {
  readonly client: Client;
  readonly path: string;
  readonly identifier: string;
  /** What it holds, at the time of its creation. */
  readonly data: () => Buffer;
  /** How long a znode of another session may stay, in milliseconds, before its owner counts as a live member. */
  readonly patienceMs: number;
}

/** Session timeouts for which a znode of another session is waited for: its own time-out may be longer than ours. */
export const PATIENCE = 1.5;

/**
 * Makes the member's znode in the present session, and returns that session.
 *
 * A znode of the same name that belongs to another session is either a predecessor's, a crashed process's say, and goes when
 * that session ends; or a live member's, and stays (H20, H81).
 *
 * @throws {DuplicateMemberError} it stays. @throws the signal's reason
 */
export async function enter(seat: Seat, signal: AbortSignal): Promise<LiveSession> {
  const { client, path } = seat;
  const step = { signal, timeoutMs: MAX_TIMER_MS, isStep: true } as const;
  let mayBeOurs = false;
  for (;;) {
    signal.throwIfAborted();
    try {
      await createNode(client, { path, data: seat.data(), mode: "ephemeral", acl: client.settings.acl }, false, step);
      mayBeOurs = true;
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof NoNodeError) {
        await ensurePath(client, parentOf(path), "persistent", client.settings.acl, step);
        continue;
      }
      if (isLossError(error)) mayBeOurs ||= error.outcome === "unknown";
      else if (!(error instanceof NodeExistsError)) throw error;
    }
    const session = await client.ready(signal);
    try {
      const read = () => session.request("exists", { path, watch: false });
      const { ephemeralOwner } = await withinSession({ client, session, signal }, read);
      if (ephemeralOwner === session.id) {
        if (mayBeOurs) return session;
        throw duplicate(seat, "this very client has joined with it");
      }
      await predecessorGone(seat, session, signal);
    } catch (error) {
      // Gone by now, or its session is: once more.
      if (!(error instanceof NoNodeError || isLossError(error))) throw error;
    }
  }
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
