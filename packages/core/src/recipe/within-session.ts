import type { Client } from "../client.js";
import { orAbort } from "../deadline.js";
import { isLossError, SessionLostError } from "../errors.js";
import type { LiveSession } from "../live-session.js";

/** A session that a step of a recipe began in, and whatever ends the step early. */
export interface Step {
  readonly client: Client;
  readonly session: LiveSession;
  readonly signal: AbortSignal;
}

/**
 * The epoch guard: runs a read, and again after each reconnect, for as long as the session lives. In the next session it
 * is not continued: what an older epoch has begun must not act in a newer one (H22, H23).
 *
 * @throws {SessionLostError} the session has ended. @throws the signal's reason
 */
export async function withinSession<T>(step: Step, read: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await orAbort(read(), step.signal);
    } catch (error) {
      if (step.signal.aborted || !isLossError(error)) throw error;
      await reconnected(step);
    }
  }
}

/** Waits until this very session is connected again. @throws {SessionLostError} it has ended. */
export async function reconnected({ client, session, signal }: Step): Promise<void> {
  if ((await client.ready(signal)) === session) return;
  throw new SessionLostError("the session that this began in has ended", { cause: session.lost.reason });
}
