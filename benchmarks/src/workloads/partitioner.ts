import type { Target, Workload } from "../workload.js";

const partitioner = (
  name: string,
  kazoo: string,
  timeBoundaryMs: number,
  rounds: number,
  targets: readonly Target[],
): Workload => ({
  name,
  title: `Partitioner: 1,000 partitions, 50 members, beside kazoo with ${kazoo}`,
  work: "partitioner",
  peers: ["zookit", "kazoo"],
  params: { partitions: 1_000, members: 50, timeBoundaryMs },
  quickParams: { partitions: 40, members: 5, timeBoundaryMs: 500 },
  unit: "run",
  metrics: [
    "joinMs",
    "startMs",
    "leaveMs",
    "movedOnJoin",
    "movedOnLeave",
    "movedInVain",
    "interrupted",
    "unownedMs",
    "requests",
  ],
  isOneShot: true,
  rounds,
  note:
    "All start, one joins, one leaves; each member with a session of its own, all in one process. Times last until every " +
    "partition is owned and all have their shares; moved, given up and unowned (per partition) are of the join and the leave. " +
    "Curator has no partitioner.",
  targets,
});

/** For each of the three ways in which members come and go, how long it takes compared to kazoo. */
const converges = (atMost: number): readonly Target[] =>
  (["startMs", "joinMs", "leaveMs"] as const).map((metric) => ({ metric, versus: "kazoo", atMost }));

export const partitionerWorkloads: readonly Workload[] = [
  partitioner("partitioner", "a time boundary of 1 s", 1_000, 3, [
    { metric: "movedInVain", atMost: 0 },
    ...converges(1),
  ]),
  partitioner("partitioner-default", "its default time boundary, 30 s", 30_000, 1, converges(0.1)),
];
