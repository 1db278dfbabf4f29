import type { Target, Workload } from "../workload.js";

const counter = (tasks: number, targets: readonly Target[] = []): Workload => ({
  name: `counter-${tasks}`,
  title: `Counter, ${tasks} concurrent adders in one process`,
  work: "counter",
  peers: ["zookit", "kazoo", "curator"],
  params: { tasks },
  unit: "addition",
  metrics: ["rate", "requests", "bytesToServer", "bytesToClient", "cpuUs"],
  targets,
});

export const counterWorkloads: readonly Workload[] = [
  {
    ...counter(1),
    title: "Counter, one adder",
    peers: ["zookit", "native", "kazoo", "curator"],
    metrics: ["rate", "roundTrips", "requests", "bytesToServer", "bytesToClient", "cpuUs"],
    isSequential: true,
    note: "The bare binding sets data of the same length with the version that it knows.",
    targets: [
      { metric: "roundTrips", atMost: 1 },
      { metric: "rate", versus: "kazoo", atLeast: 1.8 },
      { metric: "rate", versus: "curator", atLeast: 1.8 },
    ],
  },
  counter(20),
  counter(100, [
    { metric: "rate", versus: "curator", atLeast: 20 },
    { metric: "rate", versus: "kazoo", atLeast: 40 },
  ]),
  {
    ...counter(1),
    name: "counter-8-processes",
    title: "Counter, one adder in each of 8 processes",
    processes: 8,
    metrics: ["rate", "p50Ms", "p99Ms", "requests", "cpuUs"],
  },
];
