import { orAbort } from "../deadline.js";
import { NoNodeError } from "../errors.js";
import type { Stat } from "../znode.js";
import { reconnected, type Step, withinSession } from "./within-session.js";

/**
 * Resolves when a znode does not exist any more. One round trip to arm the watch, and one for each change of its data
 * and each reconnect meanwhile. It does not say that the znode never existed, nor that it will not exist again.
 *
 * @param seen is told what the znode is like each time it is read. What it throws ends the waiting.
 *
 * @throws {SessionLostError} the session has ended. @throws {NoAuthError} @throws the signal's reason
 * @see etcd's concurrency.waitDeletes
 */
export async function waitForDeletion(
  step: Step,
  path: string,
  seen: (node: { readonly data: Buffer; readonly stat: Stat }) => void = () => {},
): Promise<void> {
  const { session, signal } = step;
  for (;;) {
    const watch = session.watch("data", path);
    try {
      // A get leaves no watch behind where there is no znode, as an exists would (H36).
      seen(await withinSession(step, () => session.request("get", { path, watch: true })));
      const wake = await orAbort(watch.fired, signal);
      if (wake === "deleted") return;
      if (wake === "unseen") await reconnected(step);
    } catch (error) {
      if (error instanceof NoNodeError) return;
      throw error;
    } finally {
      watch.cancel();
    }
  }
}
