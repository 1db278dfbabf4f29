import { MAX_TIMER_MS } from "../check.js";
import type { Client } from "../client.js";
import { isLossError, NoNodeError } from "../errors.js";
import type { LiveSession } from "../live-session.js";
import { join } from "../path.js";
import { type RetryPolicy, retry } from "../retry.js";
import type { NodeData } from "../update.js";

/** An ephemeral znode that must not exist any more. */
export interface Unwanted {
  readonly client: Client;
  readonly session: LiveSession;
  readonly parent: string;
  /** What its name begins with, and no other znode's: it is found by this where its path never became known. */
  readonly prefix: string;
  /** Its path, once the latest create has been answered; empty if there was none. Rejects if that create failed. */
  readonly created: Promise<string>;
  /** False if the answer to some create was lost, so that there may be a znode of another name than `created`. */
  readonly isNameCertain: boolean;
  /**
   * Whether what is there is the unwanted znode, for names that others may use once it is gone. A deletion that is repeated
   * after its answer was lost would hit theirs otherwise (H50). One round trip more.
   */
  readonly isOurs?: ((node: NodeData) => boolean) | undefined;
}

/** Others may be waiting for the znode to go, so the user's retry policy does not apply. */
const REMOVAL_RETRY: RetryPolicy = { minDelayMs: 20, maxDelayMs: 500, maxElapsedMs: MAX_TIMER_MS };

/** Where a removal stands. Both promises never reject. */
export interface Removal {
  /** Resolves when the znode is proven to be gone, or its session has ended. */
  readonly gone: Promise<void>;
  /** Resolves with the error if the server refuses the deletion; it is tried again all the same. */
  readonly refused: Promise<Error>;
}

/**
 * The janitor: deletes an ephemeral znode for sure, for as long as it takes (H4, H6, H47). A deletion that fails is
 * repeated with back-off until the znode is proven to be gone or its session has ended, which deletes it too.
 */
export function remove(unwanted: Unwanted): Removal {
  const { client, session } = unwanted;
  let refuse: (error: Error) => void = () => {};
  const refused = new Promise<Error>((resolve) => {
    refuse = resolve;
  });
  const attempt = async () => {
    await client.ready(session.lost);
    await removeOnce(unwanted);
  };
  const gone = retry(attempt, {
    what: `remove ${join(unwanted.parent, unwanted.prefix)}*`,
    policy: REMOVAL_RETRY,
    signal: session.lost,
    shouldRetry: (error) => {
      if (!isLossError(error) && !session.lost.aborted) refuse(error);
      return true;
    },
  });
  // It fails only by the end of the session.
  return { gone: gone.catch(() => {}), refused };
}

/** Waits until the znode is gone, but no longer than given: the janitor goes on by itself. */
export async function goneWithin({ gone }: Removal, limitMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, limitMs);
  });
  await Promise.race([gone, patience]);
  clearTimeout(timer);
}

async function removeOnce({ session, parent, prefix, created, isNameCertain, isOurs }: Unwanted): Promise<void> {
  // A create that was refused, or never sent, has left nothing.
  const path = await created.catch((error) => (isLossError(error) && error.outcome === "unknown" ? undefined : ""));
  if (path) await deleteIfThere(session, path, isOurs);
  if (path !== undefined && isNameCertain) return;
  // The listing is current: a write was answered on this connection before it (H2, H19).
  const names = await listByPrefix(session, parent, prefix);
  await Promise.all(names.map((name) => deleteIfThere(session, join(parent, name), isOurs)));
}

/** The children whose names begin so; none if there is no parent. */
export async function listByPrefix(session: LiveSession, parent: string, prefix: string): Promise<readonly string[]> {
  try {
    const { children } = await session.request("children", { path: parent, watch: false });
    return children.filter((name) => name.startsWith(prefix));
  } catch (error) {
    if (error instanceof NoNodeError) return [];
    throw error;
  }
}

/** "No such node" is success: an earlier attempt has deleted it, or somebody else (H5). */
async function deleteIfThere(session: LiveSession, path: string, isOurs: Unwanted["isOurs"]): Promise<void> {
  try {
    if (isOurs !== undefined && !isOurs(await session.request("get", { path, watch: false }))) return;
    await session.request("delete", { path, version: -1 });
  } catch (error) {
    if (!(error instanceof NoNodeError)) throw error;
  }
}
