import { NoNodeError } from "@zookit/core";
import { isLossError, join, type LiveSession, orAbort, type Removal } from "@zookit/core/recipe";
import { READY, sharedMembers } from "./decide-shared.js";
import { type Gate, removed } from "./member-znode.js";
import { choose } from "./naming.js";

/**
 * Waits until the own znode has gone, and then until everybody has who was there when it went; the last one deletes
 * `ready`.
 *
 * There are no generations, so those who enter the next time must be told apart from those who have not left yet: they
 * were created later than the listing that followed the own deletion.
 */
export async function leaveShared({ client, path, id }: Gate, removal: Removal, signal: AbortSignal): Promise<void> {
  await removed(removal, signal);
  /** Latest change of the children in that listing. */
  let until: bigint | undefined;
  let isLast = false;
  const newcomers = new Set<string>();
  for (;;) {
    const session = await client.ready(signal);
    try {
      const { children, stat } = await orAbort(session.request("children", { path, watch: false }), signal);
      const isFirstLook = until === undefined;
      until ??= stat.pzxid;
      const present = sharedMembers(children).filter((name) => !newcomers.has(name));
      if (present.length === 0) {
        isLast ||= isFirstLook;
        if (isLast) await orAbort(clearReady(session, join(path, READY), until), signal);
        return;
      }
      const name = choose(present, id);
      if (!(await goneOf(session, join(path, name), until, signal))) newcomers.add(name);
    } catch (error) {
      if (signal.aborted) throw error;
      if (error instanceof NoNodeError) return;
      if (!isLossError(error)) throw error;
    }
  }
}

/** Waits for a znode to go, or change; false at once if it was created later than that. */
async function goneOf(session: LiveSession, path: string, until: bigint, signal: AbortSignal): Promise<boolean> {
  const watch = session.watch("data", path);
  try {
    const { stat } = await orAbort(session.request("get", { path, watch: true }), signal);
    if (stat.czxid > until) return false;
    await orAbort(watch.fired, signal);
    return true;
  } catch (error) {
    if (error instanceof NoNodeError && !signal.aborted) return true;
    throw error;
  } finally {
    watch.cancel();
  }
}

/** Deletes `ready`, unless it is of the next run already. */
async function clearReady(session: LiveSession, path: string, until: bigint): Promise<void> {
  const { czxid } = await session.request("exists", { path, watch: false });
  if (czxid <= until) await session.request("delete", { path, version: -1 });
}
