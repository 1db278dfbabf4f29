import type { Figures } from "../driver.js";
import type { Sample } from "../metrics.js";
import { median } from "../statistics.js";
import type { Scene, Workload } from "../workload.js";

export const barrierWorkloads: readonly Workload[] = [
  {
    name: "barrier-50",
    title: "Double barrier of 50, in 2 processes: all enter and leave",
    work: "double-barrier",
    peers: ["zookit", "kazoo", "curator"],
    processes: 2,
    params: { clients: 25, parties: 50 },
    unit: "participant, and times for all of them",
    metrics: ["p50Ms", "requests", "cpuUs"],
    note:
      "All have entered before anybody leaves, and all have left before anybody enters anew: otherwise Curator's barrier " +
      "waits for ever, as who is told that it is full counts once more, and no longer sees those who have left.",
    play: enterAndLeave,
  },
];

/** All enter, then all leave, again and again. */
async function enterAndLeave({ stage, drivers, budgetMs }: Scene): Promise<Sample> {
  const begun = performance.now();
  const before = await stage.counts();
  const togetherOnce = () => Promise.all(drivers.map((driver) => driver.run(budgetMs)));
  const turns: (readonly Figures[])[] = [];
  do {
    turns.push(await togetherOnce(), await togetherOnce());
  } while (performance.now() - begun < budgetMs);
  const requests = (await stage.counts()).requests - before.requests;
  const all = turns.flat();
  // Each has entered in one turn, and left in the next.
  const participants = all.reduce((sum, { operations }) => sum + operations, 0) / 2;
  const cpuMs = all.reduce((sum, each) => sum + each.cpuMs, 0);
  return {
    p50Ms: median(inPairs(turns.map((turn) => Math.max(...turn.map(({ elapsedMs }) => elapsedMs))))),
    requests: requests / participants,
    cpuUs: (cpuMs / participants) * 1_000,
  };
}

/** The sums of each first and second. */
function inPairs(values: readonly number[]): readonly number[] {
  return values.flatMap((value, index) => (index % 2 === 0 ? [value + (values[index + 1] ?? 0)] : []));
}
