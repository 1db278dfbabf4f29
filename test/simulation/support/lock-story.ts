import { connect, TimeoutError, type ZooKeeper } from "@zookit/core";
import { Lock, type LockHandle } from "@zookit/lock";
import { type SimulatedEnsemble, type SimulationOptions, simulate, type VirtualTime } from "@zookit/testing";
import { arrange, type Troubles } from "./trouble.js";

const PATH = "/lock";
const SESSION_MS = 2_000;

/** The only reason for which the story gives an acquisition up. */
class GivenUp extends Error {}

interface Held {
  readonly handle: LockHandle;
  readonly session: string;
}

export interface LockStory {
  readonly clients: number;
  /** Tasks of each client, which contend with each other too. @default 1 */
  readonly tasks?: number;
  /** Times that each task takes the lock. */
  readonly rounds: number;
  /** How long each holds it, in virtual milliseconds. */
  readonly holdMs: number;
  readonly troubles: Troubles;
}

/**
 * Clients take one lock in turn while troubles happen. Checked all the time: no two handles say that they are held. Checked
 * at each write: what the lock protects never refuses a holder's token as stale. Checked at the end: everybody came to an
 * end within bounded time, and nothing is left behind. Returns how many requests were sent.
 */
export async function lockStory(story: LockStory, options: SimulationOptions = {}): Promise<number> {
  const held = new Set<Held>();
  let endedEarly: ReadonlySet<string> = new Set();
  const afterEachStep = () => {
    const holding: string[] = [];
    for (const { handle, session } of held) if (!endedEarly.has(session) && handle.isHeld()) holding.push(session);
    if (holding.length > 1) throw new Error(`${holding.length} hold the lock: ${holding}`);
  };
  return await simulate(
    async (ensemble, time) => {
      const acquiring = new Set<AbortController>();
      endedEarly = arrange(ensemble, time, story.troubles, () => {
        for (const controller of acquiring) controller.abort(new GivenUp());
      });
      const register = new Register();
      const clients = await Promise.all(Array.from({ length: story.clients }, () => client(ensemble)));
      const players = clients.flatMap((zk) => Array.from({ length: story.tasks ?? 1 }, () => zk));
      await Promise.all(players.map((zk) => play(zk, story, { time, held, acquiring, register, endedEarly })));
      await nobodyLeft(ensemble, time);
      const count = ensemble.operationCount;
      await Promise.all(clients.map((zk) => zk.close()));
      return count;
    },
    { limitMs: 120_000, ...options, afterEachStep },
  );
}

interface Stage {
  readonly time: VirtualTime;
  readonly held: Set<Held>;
  readonly acquiring: Set<AbortController>;
  readonly register: Register;
  readonly endedEarly: ReadonlySet<string>;
}

async function client(ensemble: SimulatedEnsemble): Promise<ZooKeeper> {
  return await connect("simulated", {
    transport: ensemble.transport,
    sessionTimeoutMs: SESSION_MS,
    connectTimeoutMs: 60_000,
  });
}

async function play(zk: ZooKeeper, { rounds, holdMs }: LockStory, stage: Stage): Promise<void> {
  const lock = new Lock(zk, PATH);
  for (let round = 0; round < rounds; round++) {
    const controller = new AbortController();
    stage.acquiring.add(controller);
    try {
      const handle = await lock.acquire({ signal: controller.signal });
      const entry = { handle, session: zk.session.id };
      stage.held.add(entry);
      await stage.time.pass(holdMs);
      if (handle.isHeld()) stage.register.write(handle.fencingToken, stage.endedEarly.has(entry.session));
      await handle.release();
      if (handle.isHeld()) throw new Error("a released handle says that it is held");
      stage.held.delete(entry);
    } catch (error) {
      // A session that ends while it is waited in only makes the waiting begin anew.
      if (!(error instanceof GivenUp)) throw error;
    } finally {
      stage.acquiring.delete(controller);
    }
  }
}

/** What the lock protects: it refuses tokens that are not above all it has seen. Every holder writes once. */
class Register {
  #highest = 0n;

  write(token: bigint, mayBeStale: boolean): void {
    if (token > this.#highest) this.#highest = token;
    else if (!mayBeStale) throw new Error(`a holder's token ${token} is stale`);
  }
}

/** Janitors may still be at work, and sessions that were given up may have to expire. */
async function nobodyLeft(ensemble: SimulatedEnsemble, time: VirtualTime): Promise<void> {
  const until = time.elapsedMs + 20_000;
  for (;;) {
    const { children = [] } = ensemble.tree.read({ type: "children", path: PATH }, []);
    if (children.length === 0) return;
    if (time.elapsedMs > until) throw new TimeoutError(`left behind: ${children}`);
    await time.pass(200);
  }
}
