import { goneWithin, type Removal, withDeadline } from "@zookit/core/recipe";
import { ABANDON_LIMIT_MS } from "./member-znode.js";
import type { Membership } from "./membership.js";

/** One call of `enter`, in either dialect. */
export interface Attempt {
  /** Goes on until it has entered. */
  run(signal: AbortSignal): Promise<Membership>;
  /** Asks once more, without waiting for anything else, whether it has entered by now. */
  lookOnce(signal: AbortSignal): Promise<Membership | undefined>;
  /** Hands what it has left behind to the janitor. */
  abandon(): Removal | undefined;
}

/**
 * Enters, or leaves nothing behind (H47).
 *
 * What decides is whether the barrier counts the participant (H48). An abort is answered by one more look: if the
 * participant has been counted by then, the others rely on it, and it has entered: the abort comes too late. Otherwise
 * its znode goes, and the attempt fails. Somebody who listed the znode before it went may still count it: to the others
 * that is a member that left at once, or died.
 */
export async function enterOrAbandon(attempt: Attempt, signal: AbortSignal): Promise<Membership> {
  try {
    return await attempt.run(signal);
  } catch (error) {
    const begunAt = performance.now();
    if (signal.aborted) {
      const options = { timeoutMs: ABANDON_LIMIT_MS };
      const entered = await withDeadline(options, "looking once more", {}, (limit) => attempt.lookOnce(limit)).catch(
        () => undefined,
      );
      if (entered !== undefined) return entered;
    }
    const removal = attempt.abandon();
    const leftMs = Math.max(0, ABANDON_LIMIT_MS - (performance.now() - begunAt));
    if (removal !== undefined) await goneWithin(removal, leftMs);
    throw signal.aborted ? signal.reason : error;
  }
}
