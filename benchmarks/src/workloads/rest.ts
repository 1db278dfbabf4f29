import type { Target, Workload } from "../workload.js";

const SESSION_TIMEOUT_MS = 10_000;

const memory = (name: string, title: string, unit: string, targets: readonly Target[] = []): Workload => ({
  name,
  title,
  work: name,
  peers: ["zookit", "kazoo", "curator"],
  params: { items: 10_000, threads: 1_000 },
  quickParams: { items: 500, threads: 100 },
  unit,
  metrics: ["heapBytes", "residentBytes", "requests"],
  isOneShot: true,
  needsNewProcess: true,
  rounds: 1,
  targets,
});

/** What a client costs that has much and does nothing. */
export const restWorkloads: readonly Workload[] = [
  memory("memory-held", "Memory: 10,000 held locks", "held lock"),
  {
    ...memory("memory-waiting", "Memory: 10,000 waiters, 100 at each of 100 locks", "waiter", [
      { metric: "heapBytes", atMost: 4_096 },
    ]),
    note: "kazoo and Curator need a thread for each waiter: 1,000 waiters there. Java's stacks are not in its heap.",
  },
  memory("memory-watching", "Memory: 10,000 watched znodes", "watch"),
  {
    name: "idle",
    title: "A client that holds 1,000 locks, and is idle",
    work: "idle",
    peers: ["zookit", "kazoo", "curator"],
    params: { locks: 1_000 },
    quickParams: { locks: 100 },
    unit: "client",
    metrics: ["requestsPerSecond", "cpuPercent"],
    rounds: 1,
    budgetMs: 15_000,
    warmUpMs: 30_000,
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    note: "With a session timeout of 10 s, and half a minute later: so long Node.js's garbage collector tidies up.",
  },
];
