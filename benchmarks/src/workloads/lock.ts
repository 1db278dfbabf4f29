import type { Workload } from "../workload.js";

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
    params: { tasks: 100, threads: 20 },
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
