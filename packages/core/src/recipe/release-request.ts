import type { Client } from "../client.js";
import type { WaitOptions } from "../deadline.js";
import { isLossError, NoNodeError } from "../errors.js";
import { join } from "../path.js";
import { perform } from "../perform.js";
import { listContenders } from "./contenders.js";
import type { Naming } from "./queue.js";

/**
 * What a holder's znode is overwritten with, to ask it to give way. It decides by itself whether it does.
 *
 * @see Curator's Revoker
 */
const RELEASE_REQUEST = Buffer.from("__REVOKE__");

export function isReleaseRequest(data: Buffer): boolean {
  return data.equals(RELEASE_REQUEST);
}

/** Whom to ask. */
interface Asked {
  readonly parent: string;
  readonly naming: Naming;
  /** How many of the contenders in front, whose names are given in the order of the queue, hold. */
  readonly holders: (queue: readonly string[]) => number;
}

/**
 * Asks those who hold, and whom a contender of this naming would wait for, to give way. Two round trips: the listing, and a
 * write for each of them. Asking twice is as good as once. False if there was nobody to ask.
 *
 * @throws {NoAuthError} the ACL of a holder's znode does not let others write. @throws {TimeoutError} @throws {ClosedError}
 */
export async function requestRelease(client: Client, asked: Asked, options: WaitOptions): Promise<boolean> {
  const { parent, naming, holders } = asked;
  // Whoever was asked may be gone when it is asked again, because the answer was lost.
  let hasAsked = false;
  return await perform(client, {
    what: `ask the holder of ${parent} to release it`,
    path: parent,
    effect: "idempotent",
    options,
    run: async (session) => {
      const queue = await listContenders(session, parent, naming);
      const inTheWay = queue.slice(0, holders(queue)).filter((name) => naming.isAwaited?.(name) ?? true);
      const ask = async (name: string): Promise<void> => {
        try {
          await session.request("set", { path: join(parent, name), data: RELEASE_REQUEST, version: -1 });
          hasAsked = true;
        } catch (error) {
          // It has released already.
          if (error instanceof NoNodeError) return;
          hasAsked ||= isLossError(error) && error.outcome === "unknown";
          throw error;
        }
      };
      await Promise.all(inTheWay.map(ask));
      return hasAsked;
    },
  });
}
