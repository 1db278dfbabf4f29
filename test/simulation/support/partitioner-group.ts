import type { ZooKeeper } from "@zookit/core";
import { type Partition, Partitioner, type PartitionerOptions } from "@zookit/partitioner";
import type { SimulatedEnsemble, VirtualTime } from "@zookit/testing";
import { openClient, waitFor } from "./clients.js";
import { PATH } from "./partitioner-story.js";

export function partitionsOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `p${index}`);
}

/** How many partitions each of so many members of equal weight has. */
export function sharesOf(partitions: number, members: number): readonly number[] {
  return Array.from({ length: members }, (_, index) => Math.floor((partitions + index) / members));
}

/** Resolves when the signal aborts. */
export async function aborted(signal: AbortSignal): Promise<void> {
  if (!signal.aborted) await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

/** What a member does for a partition, after its call was noted. @default waits until it is told to end */
type Work = (partition: Partition) => Promise<unknown>;

/** A member that works until it is told to stop, and notes its calls. */
export class Worker {
  readonly zk: ZooKeeper;
  readonly partitioner: Partitioner;
  /** Calls that have not settled, by the names of their partitions. */
  readonly calls = new Map<string, Partition>();
  /** All calls that there have been. */
  readonly begun: Partition[] = [];
  /** What the run has rejected with. */
  readonly end: Promise<unknown>;
  readonly #stop = new AbortController();

  constructor(zk: ZooKeeper, options: PartitionerOptions, work: Work = ({ lost }) => aborted(lost)) {
    this.zk = zk;
    this.partitioner = new Partitioner(zk, PATH, { settleMs: 50, ...options });
    const run = async (partition: Partition) => {
      this.calls.set(partition.name, partition);
      this.begun.push(partition);
      try {
        await work(partition);
      } finally {
        this.calls.delete(partition.name);
      }
    };
    this.end = this.partitioner.run(run, { signal: this.#stop.signal }).catch((error) => error);
  }

  stop(reason: Error = new Error("told to stop")): void {
    this.#stop.abort(reason);
  }

  get names(): readonly string[] {
    return [...this.calls.keys()].sort();
  }
}

export async function openWorker(
  ensemble: SimulatedEnsemble,
  options: PartitionerOptions,
  work?: Work,
): Promise<Worker> {
  return new Worker(await openClient(ensemble), options, work);
}

/** Waits until the workers have so many partitions each, all of them held. */
export async function haveLoads(
  time: VirtualTime,
  workers: readonly Worker[],
  loads: readonly number[],
): Promise<void> {
  const wanted = String([...loads].sort(byNumber));
  await waitFor(time, `the members have ${wanted}`, () => {
    const held = workers.map(({ calls }) => [...calls.values()].filter((partition) => partition.isHeld()).length);
    return String(held.sort(byNumber)) === wanted;
  });
}

function byNumber(a: number, b: number): number {
  return a - b;
}
