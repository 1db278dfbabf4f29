/** Watches by path as streams of the latest value, re-armed for ever. */
import type { Client } from "./client.js";
import { orAbort } from "./deadline.js";
import { isLossError, NoNodeError } from "./errors.js";
import type { LiveSession } from "./live-session.js";
import type { WatchKind } from "./watch-table.js";
import type { Stat } from "./znode.js";

interface Found {
  readonly stat: Stat;
}

/**
 * Yields what is read at a path now, and again whenever it has changed since; `undefined` while there is no znode.
 *
 * Nothing happens between two reads of the consumer: a slow one skips what was overtaken. Every wake-up reads again, also
 * after each reconnect and in each new session, so that no event is relied on (H32, H33, H35).
 */
export async function* observe<T extends Found>(
  client: Client,
  path: string,
  kind: WatchKind,
  signal: AbortSignal | undefined,
  read: (session: LiveSession) => Promise<T>,
): AsyncGenerator<T | undefined, void, undefined> {
  let last: T | undefined | null = null;
  for (;;) {
    const session = await client.ready(signal);
    const dataWatch = session.watch("data", path);
    const watch = kind === "data" ? dataWatch : session.watch(kind, path);
    try {
      const found = await orAbort(readOrArm(session, path, read), signal);
      if (last === null || !isSame(kind, last, found)) {
        last = found;
        yield found;
      }
      await orAbort(found === undefined ? dataWatch.fired : watch.fired, signal);
    } catch (error) {
      // The reason can be the end of a session, which is none to go on.
      signal?.throwIfAborted();
      // A lost connection is waited for above; anything else, such as "no permission", is for the consumer.
      if (!isLossError(error)) throw error;
    } finally {
      watch.cancel();
      dataWatch.cancel();
    }
  }
}

/** Reads and arms the watch; where there is no znode, arms a watch for its creation instead. */
async function readOrArm<T extends Found>(
  session: LiveSession,
  path: string,
  read: (session: LiveSession) => Promise<T>,
): Promise<T | undefined> {
  for (;;) {
    try {
      return await read(session);
    } catch (error) {
      if (!(error instanceof NoNodeError)) throw error;
    }
    try {
      await session.request("exists", { path, watch: true });
      // Created between the two reads.
    } catch (error) {
      if (error instanceof NoNodeError) return undefined;
      throw error;
    }
  }
}

/** Whether two reads saw the same state. Versions alone would not do: they begin anew with each incarnation (H42). */
function isSame(kind: WatchKind, a: Found | undefined, b: Found | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  if (a.stat.czxid !== b.stat.czxid) return false;
  return kind === "data" ? a.stat.mzxid === b.stat.mzxid : a.stat.pzxid === b.stat.pzxid;
}
