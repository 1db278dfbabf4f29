import type { Figures } from "../driver.js";
import { mostBefore, outOfOrder } from "../fairness.js";
import type { Sample } from "../metrics.js";
import { latencies } from "../sample.js";
import type { Scene, Workload } from "../workload.js";

/** Of one process, on one lock. */
const TASKS = 100;

const cycle = {
  work: "lock-cycle",
  unit: "acquire and release",
  metrics: ["rate", "roundTrips", "requests", "bytesToServer", "bytesToClient", "cpuUs"],
  isSequential: true,
} as const;

const delayed = (delayMs: number, targets: Workload["targets"] = []): Workload => ({
  ...cycle,
  name: `lock-cycle-${delayMs}ms`,
  title: `Uncontended lock, ${delayMs} ms of network delay`,
  peers: ["zookit", "native", "kazoo", "curator"],
  metrics: ["rate", "requests", "cpuUs"],
  isSequential: false,
  delayMs,
  targets,
});

export const lockWorkloads: readonly Workload[] = [
  {
    ...cycle,
    name: "lock-cycle",
    title: "Uncontended lock",
    peers: ["zookit", "native", "kazoo", "curator"],
    note: "The bare binding creates and deletes an ephemeral sequential znode, and knows nothing of who else is there.",
    targets: [
      { metric: "rate", versus: "native", atLeast: 0.95 },
      { metric: "rate", versus: "kazoo", atLeast: 1.7 },
      { metric: "rate", versus: "curator", atLeast: 1.7 },
      { metric: "requests", atMost: 3.01 },
      { metric: "roundTrips", atMost: 2 },
      { metric: "cpuUs", versus: "kazoo", atMost: 1 },
      { metric: "cpuUs", versus: "curator", atMost: 1 },
    ],
  },
  delayed(1),
  delayed(5, [
    { metric: "rate", versus: "kazoo", atLeast: 1.9 },
    { metric: "rate", versus: "curator", atLeast: 1.4 },
  ]),
  delayed(20),
  {
    ...cycle,
    name: "lock-tasks",
    title: "100 tasks of one process on one lock",
    work: "lock-tasks",
    peers: ["zookit", "kazoo", "curator"],
    params: { tasks: TASKS, threads: 20 },
    metrics: ["rate", "requests", "bytesToClient", "cpuUs"],
    isSequential: false,
    note: "kazoo and Curator with 20 threads, as more make them slower.",
    targets: [
      { metric: "rate", versus: "kazoo", atLeast: 10 },
      { metric: "rate", versus: "curator", atLeast: 10 },
    ],
  },
  {
    ...cycle,
    name: "lock-fair",
    title: "100 tasks of one process on one lock, and one task of another process",
    work: "lock-fair",
    peers: ["zookit"],
    processes: 2,
    params: { tasks: TASKS },
    metrics: ["rate", "mostBefore", "tokensOutOfOrder", "p50Ms", "requests"],
    isSequential: false,
    rounds: 3,
    note:
      "The single task may find all others in the queue before it, and while its request travels each of them may have " +
      "had another turn: twice as many is the bound. Latencies are its own.",
    targets: [
      { metric: "mostBefore", atMost: 2 * TASKS },
      { metric: "tokensOutOfOrder", atMost: 0 },
    ],
    play: besideOne,
  },
  {
    ...cycle,
    name: "lock-many",
    title: "1,000 different locks in parallel",
    work: "lock-many",
    peers: ["zookit", "native", "kazoo", "curator"],
    params: { locks: 1_000, threads: 50 },
    metrics: ["rate", "requests", "cpuUs"],
    isSequential: false,
    note: "kazoo and Curator go through the locks with 50 threads.",
  },
];

/** The first process has all the tasks but one, which the second has. */
async function besideOne({ stage, drivers, budgetMs }: Scene): Promise<Sample> {
  const before = await stage.counts();
  const figures = await Promise.all(drivers.map((driver) => driver.run(budgetMs)));
  const requests = (await stage.counts()).requests - before.requests;
  const [crowd, single] = figures;
  if (crowd === undefined || single === undefined) throw new Error("it takes two");
  const operations = crowd.operations + single.operations;
  return {
    ...latencies(single.latenciesMs ?? []),
    rate: (operations / Math.max(crowd.elapsedMs, single.elapsedMs)) * 1_000,
    requests: requests / operations,
    mostBefore: mostBefore(single.askedNs ?? [], single.acquiredNs ?? [], crowd.acquiredNs ?? []),
    tokensOutOfOrder: outOfOrder(figures.flatMap(tokensOf)),
  };
}

function tokensOf({ acquiredNs = [], tokens = [] }: Figures): readonly (readonly [number, number])[] {
  return acquiredNs.map((moment, index) => [moment, tokens[index] ?? Number.NaN]);
}
