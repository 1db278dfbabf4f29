import type { Figures } from "../driver.js";
import type { Sample } from "../metrics.js";
import { latencies } from "../sample.js";
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
    metrics: ["p50Ms", "p99Ms", "requests", "cpuUs"],
    play: enterAndLeave,
  },
];

/**
 * All enter and leave, again and again. Nobody begins anew before all have left, as kazoo's and Curator's barriers would take
 * somebody who is early for one of the last time.
 */
async function enterAndLeave({ stage, drivers, budgetMs }: Scene): Promise<Sample> {
  const begun = performance.now();
  const before = await stage.counts();
  const turns: (readonly Figures[])[] = [];
  do {
    turns.push(await Promise.all(drivers.map((driver) => driver.run(budgetMs))));
  } while (performance.now() - begun < budgetMs);
  const requests = (await stage.counts()).requests - before.requests;
  const all = turns.flat();
  const participants = all.reduce((sum, { operations }) => sum + operations, 0);
  const cpuMs = all.reduce((sum, each) => sum + each.cpuMs, 0);
  return {
    ...latencies(turns.map((turn) => Math.max(...turn.map(({ elapsedMs }) => elapsedMs)))),
    requests: requests / participants,
    cpuUs: (cpuMs / participants) * 1_000,
  };
}
