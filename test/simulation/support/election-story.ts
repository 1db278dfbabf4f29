import { TimeoutError, type ZooKeeper, ZookitError } from "@zookit/core";
import { Election, type Leader, type Leadership } from "@zookit/election";
import { type SimulatedEnsemble, type SimulationOptions, simulate, type VirtualTime } from "@zookit/testing";
import { childrenOf, openClient } from "./clients.js";
import { arrange, type Troubles } from "./trouble.js";

const PATH = "/election";

/** The only reason for which the story stops a run. */
class Stopped extends Error {}

interface Term {
  readonly leadership: Leadership;
  readonly session: string;
}

export interface ElectionStory {
  readonly clients: number;
  /** Runs of each client, one after the other. */
  readonly rounds: number;
  /** How long each leads, in virtual milliseconds, whether it is told to stop or not. */
  readonly leadMs: number;
  readonly troubles: Troubles;
}

/**
 * Clients lead in turn while troubles happen, each until it has led to the end, and never minding that it is told to stop.
 * Checked all the time: no two lead. Checked at each write: what the leader writes to never refuses one that leads, and accepts
 * nothing of an earlier term than it has seen. Checked by an observer: terms never go back, and nobody's proclamation stands
 * in the term of another. Checked at the end: everybody has led within bounded time, the observer has seen that nobody does
 * any more, and nothing is left behind. Returns how many requests were sent.
 */
export async function electionStory(story: ElectionStory, options: SimulationOptions = {}): Promise<number> {
  const terms: Term[] = [];
  let endedEarly: ReadonlySet<string> = new Set();
  const afterEachStep = () => {
    const leading = terms.filter(({ leadership, session }) => !endedEarly.has(session) && leadership.isHeld());
    if (leading.length > 1) throw new Error(`${leading.length} lead: ${leading.map(({ session }) => session)}`);
  };
  return await simulate(
    async (ensemble, time) => {
      const running = new Set<AbortController>();
      endedEarly = arrange(ensemble, time, story.troubles, () => {
        for (const controller of running) controller.abort(new Stopped());
      });
      const stage = { time, terms, running, register: new Register(), endedEarly };
      const clients = await Promise.all(Array.from({ length: story.clients }, () => openClient(ensemble)));
      const observing = new Observing(await openClient(ensemble));
      await Promise.all(clients.map((zk, index) => play(zk, `worker-${index}`, story, stage)));
      await nobodyLeft(ensemble, time, observing);
      const count = ensemble.operationCount;
      await observing.end();
      await Promise.all(clients.map((zk) => zk.close()));
      return count;
    },
    { limitMs: 120_000, ...options, afterEachStep },
  );
}

interface Stage {
  readonly time: VirtualTime;
  readonly terms: Term[];
  readonly running: Set<AbortController>;
  readonly register: Register;
  readonly endedEarly: ReadonlySet<string>;
}

async function play(
  zk: ZooKeeper,
  identifier: string,
  { rounds, leadMs }: ElectionStory,
  { time, terms, running, register, endedEarly }: Stage,
): Promise<void> {
  const election = new Election(zk, PATH, { identifier });
  for (let round = 0; round < rounds; round++) {
    const controller = new AbortController();
    running.add(controller);
    try {
      const lead = async (leadership: Leadership): Promise<Leadership> => {
        const term = { leadership, session: zk.session.id };
        terms.push(term);
        const proclaiming = leadership.proclaim(String(leadership.fencingToken)).catch(unlessLost);
        await time.pass(leadMs);
        register.write(leadership.fencingToken, leadership.isHeld() && !endedEarly.has(term.session));
        await proclaiming;
        return leadership;
      };
      const leadership = await election.run(lead, { signal: controller.signal });
      if (leadership.isHeld()) throw new Error("one that has resigned says that it leads");
      if (leadership.lost.aborted) throw new Error("a run has ended with a leadership that was lost");
    } catch (error) {
      if (!(error instanceof Stopped)) throw error;
    } finally {
      running.delete(controller);
    }
  }
}

function unlessLost(error: unknown): void {
  if (!(error instanceof ZookitError) || error.code !== "leadership-lost") throw error;
}

/** What leaders write to, once in each term: it refuses terms that are not above all it has seen. */
class Register {
  #highest = 0n;

  write(term: bigint, isLeading: boolean): void {
    if (term > this.#highest) this.#highest = term;
    else if (isLeading) throw new Error(`a leader's term ${term} is stale`);
  }
}

/** Follows the leader. */
class Observing {
  readonly #zk: ZooKeeper;
  readonly #stop = new AbortController();
  readonly #end: Promise<unknown>;
  #highest = 0n;
  latest: Leader | undefined;

  constructor(zk: ZooKeeper) {
    this.#zk = zk;
    this.#end = this.#follow().catch((error) => error);
  }

  async end(): Promise<void> {
    const enough = new Error("seen enough");
    this.#stop.abort(enough);
    const end = await this.#end;
    if (end !== enough) throw end;
    await this.#zk.close();
  }

  async #follow(): Promise<void> {
    for await (const leader of new Election(this.#zk, PATH).observe({ signal: this.#stop.signal })) {
      this.latest = leader;
      if (leader === undefined) continue;
      const { fencingToken, data } = leader;
      if (fencingToken < this.#highest) throw new Error(`seen term ${fencingToken} after ${this.#highest}`);
      if (!["", String(fencingToken)].includes(data.toString())) throw new Error(`${data} in term ${fencingToken}`);
      this.#highest = fencingToken;
    }
  }
}

/** Janitors may still be at work, and sessions that were given up may have to expire. */
async function nobodyLeft(ensemble: SimulatedEnsemble, time: VirtualTime, observing: Observing): Promise<void> {
  const until = time.elapsedMs + 20_000;
  for (;;) {
    const left = childrenOf(ensemble, PATH);
    if (left.length === 0 && observing.latest === undefined) return;
    if (time.elapsedMs > until) throw new TimeoutError(`left behind: ${left}; observed: ${observing.latest?.path}`);
    await time.pass(200);
  }
}
