import { TimeoutError, type ZooKeeper } from "@zookit/core";
import { Semaphore, type SemaphoreHandle } from "@zookit/lock";
import { type SimulatedEnsemble, type SimulationOptions, simulate, type VirtualTime } from "@zookit/testing";
import { DataTree } from "../../../packages/testing/src/model/tree.js";
import { openClient } from "./clients.js";
import { arrange, type Troubles } from "./trouble.js";

const PATH = "/semaphore";
const LEASES = `${PATH}/leases`;

/** The only reason for which the story gives an acquisition up. */
class GivenUp extends Error {}

interface Held {
  readonly handle: SemaphoreHandle;
  readonly session: string;
  /** The greatest limit that there can have been between the request and its grant. */
  readonly limit: number;
}

export interface SemaphoreStory {
  readonly limit: number;
  /** For each client how many permits it asks for, each time. */
  readonly asks: readonly number[];
  /** Times that each client takes permits. */
  readonly rounds: number;
  /** How long each holds them, in virtual milliseconds. */
  readonly holdMs: number;
  /** Limits that are set one after the other while that goes on, each when as many acquisitions have been granted. */
  readonly changes: readonly number[];
  readonly troubles: Troubles;
}

/**
 * Clients take permits of one semaphore while its limit changes and troubles happen. Checked all the time: handles that say
 * that they are held have no more permits than the greatest limit since one of them was asked for, and no more leases of
 * handles that were not given back are stored. Checked at the end: everybody came to an end within bounded time, and neither
 * leases nor places in the queue are left behind. Returns how many requests were sent.
 */
export async function semaphoreStory(story: SemaphoreStory, options: SimulationOptions = {}): Promise<number> {
  const held = new Set<Held>();
  let endedEarly: ReadonlySet<string> = new Set();
  let listings: () => readonly (readonly string[])[] = () => [];
  const afterEachStep = () => {
    const limit = Math.max(0, ...[...held].map((entry) => entry.limit));
    const holding = [...held].filter(({ handle, session }) => !endedEarly.has(session) && handle.isHeld());
    const permits = holding.reduce((sum, { handle }) => sum + handle.permits, 0);
    if (permits > limit) throw new Error(`${permits} permits are held, and there are ${limit}`);
    const ids = new Set([...held].map(({ handle }) => idOf(handle.path)));
    for (const names of listings()) {
      const leases = names.filter((name) => ids.has(idOf(`${LEASES}/${name}`)));
      if (leases.length > limit) throw new Error(`${leases.length} leases of holders are stored, of ${limit}`);
    }
  };
  return await simulate(
    async (ensemble, time) => {
      const acquiring = new Set<AbortController>();
      endedEarly = arrange(ensemble, time, story.troubles, () => {
        for (const controller of acquiring) controller.abort(new GivenUp());
      });
      listings = listingsOf(ensemble);
      const limits = [story.limit];
      const stage: Stage = { time, held, acquiring, limits, granted: 0 };
      const clients = await Promise.all(story.asks.map(() => openClient(ensemble)));
      const playing = clients.map((zk, index) => play(zk, story.asks[index] ?? 1, story, stage));
      const changing = change(clients[0] as ZooKeeper, story, stage);
      await Promise.all(playing);
      stage.granted = Number.POSITIVE_INFINITY;
      await changing;
      await nothingLeft(ensemble, time);
      const count = ensemble.operationCount;
      await Promise.all(clients.map((zk) => zk.close()));
      return count;
    },
    { limitMs: 200_000, ...options, afterEachStep },
  );
}

interface Stage {
  readonly time: VirtualTime;
  readonly held: Set<Held>;
  readonly acquiring: Set<AbortController>;
  /** All limits that were set, or may have been. */
  readonly limits: number[];
  granted: number;
}

async function play(zk: ZooKeeper, permits: number, story: SemaphoreStory, stage: Stage): Promise<void> {
  const semaphore = new Semaphore(zk, PATH, story.limit);
  for (let round = 0; round < story.rounds; round++) {
    const controller = new AbortController();
    stage.acquiring.add(controller);
    // The latest that was set can already be in force, or not yet.
    const before = stage.limits.length - 1;
    try {
      const handle = await semaphore.acquire({ permits, signal: controller.signal });
      const limit = Math.max(...stage.limits.slice(Math.max(0, before - 1)));
      const entry = { handle, session: zk.session.id, limit };
      stage.held.add(entry);
      stage.granted++;
      await stage.time.pass(story.holdMs);
      await handle.release();
      if (handle.isHeld()) throw new Error("a released handle says that it is held");
      stage.held.delete(entry);
    } catch (error) {
      if (!(error instanceof GivenUp)) throw error;
    } finally {
      stage.acquiring.delete(controller);
    }
  }
}

async function change(zk: ZooKeeper, story: SemaphoreStory, stage: Stage): Promise<void> {
  const semaphore = new Semaphore(zk, PATH, story.limit);
  for (const [index, limit] of story.changes.entries()) {
    while (stage.granted < index + 1) await stage.time.pass(1);
    stage.limits.push(limit);
    await semaphore.setLimit(limit, { timeoutMs: 100_000 });
  }
}

/** What is stored in `leases` after each write since it was last asked; from a tree of its own, so that no server catches up. */
function listingsOf(ensemble: SimulatedEnsemble): () => readonly (readonly string[])[] {
  const tree = new DataTree({ hasTtl: false });
  let from = 0;
  return () => {
    const entries = ensemble.log.slice(from);
    from += entries.length;
    return entries.map((entry) => {
      tree.execute(entry);
      return tree.read({ type: "children", path: LEASES }, []).children ?? [];
    });
  };
}

/** What the leases of one acquisition have in common. */
function idOf(path: string): string {
  return path.slice(0, path.lastIndexOf("-"));
}

function childrenOf({ tree }: SimulatedEnsemble, path: string): readonly string[] {
  return tree.read({ type: "children", path }, []).children ?? [];
}

/** Janitors may still be at work, and sessions that were given up may have to expire. */
async function nothingLeft(ensemble: SimulatedEnsemble, time: VirtualTime): Promise<void> {
  const until = time.elapsedMs + 20_000;
  for (;;) {
    const left = ["leases", "locks"].flatMap((name) => childrenOf(ensemble, `${PATH}/${name}`));
    if (left.length === 0) return;
    if (time.elapsedMs > until) throw new TimeoutError(`left behind: ${left}`);
    await time.pass(200);
  }
}
