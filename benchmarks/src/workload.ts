import type { Driver } from "./driver.js";
import type { Metric, Sample } from "./metrics.js";
import type { Stage } from "./stage.js";

/** What a driver is told about the work, besides where it is done. All of them are optional: each work has its own. */
export interface Params {
  /** Concurrent tasks, in a language that has threads only. */
  readonly tasks?: number;
  /** The same for a language in which a task is a thread. @default tasks */
  readonly threads?: number;
  readonly locks?: number;
  /** Sessions of their own. */
  readonly clients?: number;
  readonly members?: number;
  readonly items?: number;
  /** Permits of a semaphore. */
  readonly limit?: number;
  /** Participants of a barrier, in all processes. */
  readonly parties?: number;
  readonly partitions?: number;
  /** How long kazoo's partitioner waits after the last change. */
  readonly timeBoundaryMs?: number;
  /** Which one of the processes it is, from 0. */
  readonly index?: number;
}

/** The libraries that are compared, and the bare binding of the C client as the limit. */
export type PeerName = "zookit" | "native" | "kazoo" | "curator";

/** What zookit must show: a figure of its own, or its ratio to a peer's. */
export interface Target {
  readonly metric: Metric;
  readonly versus?: PeerName;
  readonly atLeast?: number;
  readonly atMost?: number;
}

/** One run of one peer, in one process or several. */
export interface Scene {
  readonly stage: Stage;
  readonly drivers: readonly Driver[];
  readonly path: string;
  readonly params: Params;
  readonly workload: Workload;
  /** How long it should last, in milliseconds, where the work is of any length. */
  readonly budgetMs: number;
}

/** One thing that is measured. To each belongs a function of the name `work` in every driver of its peers. */
export interface Workload {
  readonly name: string;
  readonly title: string;
  /** Name of the drivers' function. */
  readonly work: string;
  readonly peers: readonly PeerName[];
  readonly params?: Params;
  /** What is smaller in a quick run. */
  readonly quickParams?: Params;
  /** Processes that do the work at the same time, at the same path. @default 1 */
  readonly processes?: number;
  /** Added to each round trip, on the way back, in milliseconds. @default 0, without a proxy */
  readonly delayMs?: number;
  /** What is one in "per second" and in all figures. */
  readonly unit: string;
  /** What is shown of it, in this order; peers are compared by the first. */
  readonly metrics: readonly [Metric, ...Metric[]];
  /** Whether its round trips follow one another, so that they can be counted. @default false */
  readonly isSequential?: boolean;
  /** Rounds, where fewer do: for work that is long or exact. */
  readonly rounds?: number;
  /** Prepared anew before each run, without a warm-up: for work that can be done once. @default false */
  readonly isOneShot?: boolean;
  /** Done by a new process in each round: for work that measures memory. @default false */
  readonly needsNewProcess?: boolean;
  /** How long a run lasts, in milliseconds, where that must be longer than usual. Not in a quick run. */
  readonly budgetMs?: number;
  /** How long its warm-up lasts, likewise. */
  readonly warmUpMs?: number;
  readonly sessionTimeoutMs?: number;
  readonly targets?: readonly Target[];
  /** What a reader must know to understand the figures. */
  readonly note?: string;
  /** How it is run, if not simply by all drivers at once. */
  readonly play?: (scene: Scene) => Promise<Sample>;
}
