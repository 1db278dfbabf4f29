import { Lock, MultiLock, type MultiLockHandle } from "@zookit/lock";
import { type SimulationOptions, simulate } from "@zookit/testing";
import { childrenOf, openClient, waitFor } from "./clients.js";
import { arrange, type Troubles } from "./trouble.js";

/** The only reason for which the story gives an acquisition up. */
class GivenUp extends Error {}

interface Held {
  readonly handle: MultiLockHandle;
  readonly session: string;
  readonly paths: readonly string[];
}

export interface MultiLockStory {
  /** The paths of each client's locks, in the order in which it names them. */
  readonly clients: readonly (readonly string[])[];
  readonly holdMs: number;
  readonly troubles: Troubles;
}

/**
 * Clients take several locks at once, which they share, while troubles happen. Checked all the time: no two hold a lock in
 * common. Checked at the end: everybody came to an end within bounded time, so that no two waited for each other, and nothing
 * is left behind. Returns how many requests were sent.
 */
export async function multiLockStory(story: MultiLockStory, options: SimulationOptions = {}): Promise<number> {
  const held = new Set<Held>();
  let endedEarly: ReadonlySet<string> = new Set();
  const afterEachStep = () => {
    const holding = [...held].filter(({ handle, session }) => !endedEarly.has(session) && handle.isHeld());
    const paths = holding.flatMap(({ paths }) => paths);
    if (new Set(paths).size < paths.length) throw new Error(`one lock is held twice: ${paths}`);
  };
  return await simulate(
    async (ensemble, time) => {
      const acquiring = new Set<AbortController>();
      endedEarly = arrange(ensemble, time, story.troubles, () => {
        for (const controller of acquiring) controller.abort(new GivenUp());
      });
      const clients = await Promise.all(story.clients.map(() => openClient(ensemble)));
      await Promise.all(
        clients.map(async (zk, index) => {
          const paths = story.clients[index] ?? [];
          const controller = new AbortController();
          acquiring.add(controller);
          const multi = new MultiLock(paths.map((path) => new Lock(zk, path)));
          const handle = await multi.acquire({ signal: controller.signal }).catch((error: unknown) => {
            if (!(error instanceof GivenUp)) throw error;
            return undefined;
          });
          acquiring.delete(controller);
          if (handle === undefined) return;
          const entry = { handle, session: zk.session.id, paths };
          held.add(entry);
          await time.pass(story.holdMs);
          await handle.release();
          if (handle.isHeld()) throw new Error("a released handle says that it is held");
          held.delete(entry);
        }),
      );
      const all = new Set(story.clients.flat());
      const isEmpty = () => [...all].every((path) => childrenOf(ensemble, path).length === 0);
      await waitFor(time, "nothing is left behind", isEmpty);
      const count = ensemble.operationCount;
      await Promise.all(clients.map((zk) => zk.close()));
      return count;
    },
    { limitMs: 120_000, ...options, afterEachStep },
  );
}
