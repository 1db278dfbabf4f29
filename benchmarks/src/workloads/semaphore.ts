import type { Workload } from "../workload.js";

const semaphore = {
  work: "semaphore",
  unit: "acquire and release",
  peers: ["zookit", "kazoo", "curator"],
} as const;

export const semaphoreWorkloads: readonly Workload[] = [
  {
    ...semaphore,
    name: "semaphore",
    title: "Semaphore of 10, uncontended",
    params: { limit: 10 },
    metrics: ["rate", "roundTrips", "requests", "bytesToServer", "bytesToClient", "cpuUs"],
    isSequential: true,
  },
  {
    ...semaphore,
    name: "semaphore-tasks",
    title: "20 tasks of one process on a semaphore of 5",
    params: { limit: 5, tasks: 20 },
    metrics: ["rate", "p50Ms", "p99Ms", "requests", "cpuUs"],
  },
];
