import type { ZooKeeper } from "@zookit/core";
import { type LockHandle, LockLostError, ReadWriteLock, WriteLockHandle } from "@zookit/lock";
import { type SimulationOptions, simulate, type VirtualTime } from "@zookit/testing";
import { childrenOf, openClient, waitFor } from "./clients.js";
import { arrange, type Troubles } from "./trouble.js";

const PATH = "/read-write";

/** The only reason for which the story gives something up. */
class GivenUp extends Error {}

/** What a client does with the lock: `downgrade` writes, then reads in the same place. */
export type Visit = "read" | "write" | "downgrade";

interface Held {
  readonly handle: LockHandle;
  readonly session: string;
  readonly isWriting: boolean;
}

export interface ReadWriteStory {
  /** What each client does, one after the other. */
  readonly clients: readonly (readonly Visit[])[];
  /** Whether a client does it all at once instead. @default false */
  readonly together?: boolean;
  /** How long each holds it, each time, in virtual milliseconds. */
  readonly holdMs: number;
  readonly troubles: Troubles;
}

/**
 * Clients read and write under one lock while troubles happen. Checked all the time: while a handle holds for writing, no other
 * holds. Checked at each use: the protected resource refuses no holder as stale, and nobody has written between a writing and
 * the reading that it became (H60). Checked at the end: everybody came to an end within bounded time (H59), and nothing is
 * left behind. Returns how many requests were sent.
 */
export async function readWriteStory(story: ReadWriteStory, options: SimulationOptions = {}): Promise<number> {
  const held = new Set<Held>();
  let endedEarly: ReadonlySet<string> = new Set();
  const afterEachStep = () => {
    const holding = [...held].filter(({ handle, session }) => !endedEarly.has(session) && handle.isHeld());
    if (holding.length > 1 && holding.some(({ isWriting }) => isWriting)) {
      throw new Error(`${holding.length} hold it, and not all of them for reading`);
    }
  };
  return await simulate(
    async (ensemble, time) => {
      const waiting = new Set<AbortController>();
      endedEarly = arrange(ensemble, time, story.troubles, () => {
        for (const controller of waiting) controller.abort(new GivenUp());
      });
      const clients = await Promise.all(story.clients.map(() => openClient(ensemble)));
      const stage: Stage = { time, holdMs: story.holdMs, held, waiting, endedEarly, resource: { lastWriter: 0n } };
      await Promise.all(
        clients.map(async (zk, index) => {
          const visits = story.clients[index] ?? [];
          if (story.together) await Promise.all(visits.map((visit) => pay(zk, visit, stage)));
          else for (const visit of visits) await pay(zk, visit, stage);
        }),
      );
      await waitFor(time, "nothing is left behind", () => childrenOf(ensemble, PATH).length === 0);
      const count = ensemble.operationCount;
      await Promise.all(clients.map((zk) => zk.close()));
      return count;
    },
    { limitMs: 120_000, ...options, afterEachStep },
  );
}

interface Stage {
  readonly time: VirtualTime;
  readonly holdMs: number;
  readonly held: Set<Held>;
  readonly waiting: Set<AbortController>;
  readonly endedEarly: ReadonlySet<string>;
  /** What the lock protects: it remembers the highest token of a writer. */
  readonly resource: { lastWriter: bigint };
}

async function pay(zk: ZooKeeper, visit: Visit, stage: Stage): Promise<void> {
  const { read, write } = new ReadWriteLock(zk, PATH);
  const handle = await unlessGivenUp(stage, (signal) => (visit === "read" ? read : write).acquire({ signal }));
  if (handle === undefined) return;
  await use(handle, visit !== "read", zk, stage);
  if (handle instanceof WriteLockHandle && visit === "downgrade") await goOnReading(handle, zk, stage);
  await handle.release();
  if (handle.isHeld()) throw new Error("a released handle says that it is held");
}

async function goOnReading(handle: WriteLockHandle, zk: ZooKeeper, stage: Stage): Promise<void> {
  const reading = await unlessGivenUp(stage, (signal) => handle.downgrade({ signal })).catch((error: unknown) => {
    if (!(error instanceof LockLostError) || handle.isHeld()) throw error;
    return undefined;
  });
  if (reading === undefined) return;
  if (handle.isHeld()) throw new Error("what became a reader says that it writes");
  await use(reading, false, zk, stage, handle.fencingToken);
  await reading.release();
}

/** A session that ends while it is waited in only makes the waiting begin anew. */
async function unlessGivenUp<T>({ waiting }: Stage, wait: (signal: AbortSignal) => Promise<T>): Promise<T | undefined> {
  const controller = new AbortController();
  waiting.add(controller);
  try {
    return await wait(controller.signal);
  } catch (error) {
    if (!(error instanceof GivenUp)) throw error;
    return undefined;
  } finally {
    waiting.delete(controller);
  }
}

/** @param wrote the token under which it was written last, where that must still be so. */
async function use(handle: LockHandle, isWriting: boolean, zk: ZooKeeper, stage: Stage, wrote?: bigint): Promise<void> {
  const { held, time, holdMs, resource, endedEarly } = stage;
  const entry = { handle, session: zk.session.id, isWriting };
  held.add(entry);
  await time.pass(holdMs);
  if (handle.isHeld() && !endedEarly.has(entry.session)) {
    const token = handle.fencingToken;
    if (token < resource.lastWriter || (isWriting && token === resource.lastWriter))
      throw new Error(`a holder's token ${token} is stale`);
    if (wrote !== undefined && token !== wrote) throw new Error("a reader in the place of a writer has another token");
    if (wrote !== undefined && resource.lastWriter !== wrote) throw new Error("somebody has written in between");
    if (isWriting) resource.lastWriter = token;
  }
  held.delete(entry);
}
