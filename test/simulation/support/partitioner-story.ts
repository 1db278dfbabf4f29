import type { ZooKeeper } from "@zookit/core";
import { type Partition, Partitioner } from "@zookit/partitioner";
import { type SimulatedEnsemble, type SimulationOptions, simulate, type VirtualTime } from "@zookit/testing";
import { childrenOf, openClient } from "./clients.js";
import { arrange, type Troubles } from "./trouble.js";

export const PATH = "/jobs";

export interface PartitionerStory {
  readonly members: number;
  readonly partitions: number;
  /** How long a call goes on once it was told to end, in virtual milliseconds. */
  readonly windDownMs: number;
  readonly troubles: Troubles;
}

/** A call that has not settled. */
interface Call {
  readonly partition: Partition;
  /** The session in which the partition is owned. */
  readonly session: string;
}

/** Why the story ends a run. */
class Enough extends Error {}

/** Watches all calls of all members: what must hold whatever happens. */
export class Overseer {
  readonly calls = new Set<Call>();
  readonly #tokens = new Map<string, bigint>();
  readonly #ensemble: () => SimulatedEnsemble | undefined;
  endedEarly: ReadonlySet<string> = new Set();

  constructor(ensemble: () => SimulatedEnsemble | undefined) {
    this.#ensemble = ensemble;
  }

  /** To be run for a partition: lasts until it is told to end, and then for a time. */
  async oversee(zk: ZooKeeper, partition: Partition, time: VirtualTime, windDownMs: number): Promise<void> {
    const { name, fencingToken, lost } = partition;
    const call = { partition, session: partition.isHeld() ? zk.session.id : "" };
    const alive = this.#ensemble()?.sessions ?? [];
    for (const other of this.calls) {
      if (other.partition.name !== name || !alive.includes(other.session)) continue;
      throw new Error(`${name} is called in ${call.session} before its call in ${other.session} has settled`);
    }
    const before = this.#tokens.get(name) ?? 0n;
    if (fencingToken <= before) throw new Error(`${name} has the token ${fencingToken} after ${before}`);
    this.#tokens.set(name, fencingToken);
    this.calls.add(call);
    try {
      if (!lost.aborted) await new Promise((resolve) => lost.addEventListener("abort", resolve, { once: true }));
      await time.pass(windDownMs);
    } finally {
      this.calls.delete(call);
    }
  }

  /** That no partition is held twice at this moment; to be called after each step. */
  readonly check = (): void => {
    const held = new Set<string>();
    for (const { partition, session } of this.calls) {
      if (this.endedEarly.has(session) || !partition.isHeld()) continue;
      if (held.has(partition.name)) throw new Error(`${partition.name} is held twice`);
      held.add(partition.name);
    }
  };

  /** Names of the partitions that are called and held, each as often as it is. */
  get held(): readonly string[] {
    return [...this.calls].filter(({ partition }) => partition.isHeld()).map(({ partition }) => partition.name);
  }
}

/**
 * Members divide partitions while troubles happen; the trouble `abort` starts a member anew. Checked all the time: no partition
 * is held twice, none is called before its last call has settled or its session has ended, tokens increase. Checked in the
 * end: all partitions are owned, in equal numbers; one member leaves, and the others own them all; nothing is left behind.
 * Returns how many requests were sent.
 */
export async function partitionerStory(story: PartitionerStory, options: SimulationOptions = {}): Promise<number> {
  let simulated: SimulatedEnsemble | undefined;
  const overseer = new Overseer(() => simulated);
  return await simulate(
    async (ensemble, time) => {
      simulated = ensemble;
      const members: Member[] = [];
      let restarts = 0;
      overseer.endedEarly = arrange(ensemble, time, story.troubles, () => {
        members[restarts++ % story.members]?.restart();
      });
      for (let index = 0; index < story.members; index++) {
        members.push(new Member(await openClient(ensemble), index, story, overseer, time));
      }
      await settled(time, overseer, story, members);
      const [leaver, ...others] = members as [Member, ...Member[]];
      await leaver.leave();
      await settled(time, overseer, story, others);
      await Promise.all(others.map((member) => member.leave()));
      await nothingLeft(ensemble, time);
      const count = ensemble.operationCount;
      await Promise.all(members.map(({ zk }) => zk.close()));
      return count;
    },
    { limitMs: 400_000, ...options, afterEachStep: overseer.check },
  );
}

class Member {
  readonly zk: ZooKeeper;
  readonly #partitioner: Partitioner;
  readonly #work: (partition: Partition) => Promise<void>;
  readonly #running: Promise<void>;
  #stop = new AbortController();
  #isLeaving = false;
  failure: unknown;
  owned = 0;

  constructor(zk: ZooKeeper, index: number, story: PartitionerStory, overseer: Overseer, time: VirtualTime) {
    this.zk = zk;
    const partitions = Array.from({ length: story.partitions }, (_, at) => `p${at}`);
    this.#partitioner = new Partitioner(zk, PATH, { partitions, identifier: `m${index}`, settleMs: 50 });
    this.#work = async (partition) => {
      this.owned++;
      await overseer.oversee(zk, partition, time, story.windDownMs).finally(() => this.owned--);
    };
    this.#running = this.#run().catch((error) => {
      this.failure = error;
    });
  }

  restart(): void {
    this.#stop.abort(new Enough());
  }

  async leave(): Promise<void> {
    this.#isLeaving = true;
    this.#stop.abort(new Enough());
    await this.#running;
    if (this.failure !== undefined) throw this.failure;
  }

  async #run(): Promise<void> {
    while (!this.#isLeaving) {
      this.#stop = new AbortController();
      await this.#partitioner.run(this.#work, { signal: this.#stop.signal }).catch((error) => {
        if (!(error instanceof Enough)) throw error;
      });
    }
  }
}

/** Waits until every partition is owned, and each member has its share. */
async function settled(
  time: VirtualTime,
  overseer: Overseer,
  { partitions }: PartitionerStory,
  members: readonly Member[],
): Promise<void> {
  const until = time.elapsedMs + 60_000;
  for (;;) {
    for (const { failure } of members) if (failure !== undefined) throw failure;
    const { held } = overseer;
    const loads = members.map(({ owned }) => owned);
    const isBalanced = Math.max(...loads) - Math.min(...loads) <= 1;
    if (held.length === partitions && overseer.calls.size === partitions && isBalanced) return;
    if (time.elapsedMs > until) throw new Error(`not settled: ${held} are held; the members have ${loads}`);
    await time.pass(50);
  }
}

/** Sessions that were given up may have to expire first. */
async function nothingLeft(ensemble: SimulatedEnsemble, time: VirtualTime): Promise<void> {
  const until = time.elapsedMs + 20_000;
  for (;;) {
    const left = ["members", "owners", "assigner"].flatMap((name) => childrenOf(ensemble, `${PATH}/${name}`));
    if (left.length === 0) return;
    if (time.elapsedMs > until) throw new Error(`left behind: ${left}`);
    await time.pass(200);
  }
}
