import type { Figures } from "../driver.js";
import type { Sample } from "../metrics.js";
import { latencies } from "../sample.js";
import { waitDuring } from "../wait-during.js";
import type { PeerName, Scene, Workload } from "../workload.js";

/** How a peer's contenders name their znodes, before the sequence number. */
export type ContenderNames = Readonly<Partial<Record<PeerName, string>>>;

/** Names that the peers take for a contender's which is not theirs. */
export const LOCK_NAMES: ContenderNames = {
  zookit: "_c_00000000-0000-4000-8000-000000000000-lock-",
  curator: "_c_00000000-0000-4000-8000-000000000000-lock-",
  kazoo: "00000000000040008000000000000000__lock__",
};
const NS_PER_MS = 1e6;
/** Enough hand-overs for a 99th percentile that is not the single worst one. */
const ENOUGH = 200;

const handOver = (waiters: number, more: Partial<Workload> = {}): Workload => ({
  name: `hand-over-${waiters}`,
  title: `Hand-over between processes, ${waiters} waiters`,
  work: "hand-over",
  peers: ["zookit", "kazoo", "curator"],
  // In two processes, each waiter in a session of its own.
  processes: 2,
  params: { clients: waiters / 2 },
  unit: "hand-over",
  metrics: ["p50Ms", "p99Ms", "requests", "cpuUs"],
  rounds: 3,
  play: passOn(LOCK_NAMES),
  ...more,
});

export const handOverWorkloads: readonly Workload[] = [
  handOver(2),
  handOver(10),
  handOver(100, { targets: [{ metric: "requests", atMost: 4 }] }),
  handOver(100, {
    name: "hand-over-100-20ms",
    title: "Hand-over between processes, 100 waiters, 20 ms of network delay",
    quickParams: { clients: 5 },
    delayMs: 20,
    metrics: ["networkDelays", "p50Ms", "p99Ms", "requests"],
    isOneShot: true,
    rounds: 1,
    note: "A round trip is one network delay, and so is an event: the target is two round trips and one event.",
    targets: [{ metric: "networkDelays", atMost: 3 }],
  }),
];

/**
 * Lets the lock go through the hands of all waiters, again and again. They queue behind a znode of ours; when all of them
 * wait, it goes. What queueing costs is not counted: only what passes while the lock goes from one to the next.
 */
export function passOn(names: ContenderNames): (scene: Scene) => Promise<Sample> {
  return (scene) => passOnOften(scene, names);
}

async function passOnOften(scene: Scene, names: ContenderNames): Promise<Sample> {
  const begun = performance.now();
  const latenciesMs: number[] = [];
  let requests = 0;
  let cpuMs = 0;
  do {
    const chain = await passOnce(scene, names);
    latenciesMs.push(...chain.latenciesMs);
    requests += chain.requests;
    cpuMs += chain.cpuMs;
  } while (!scene.workload.isOneShot && latenciesMs.length < ENOUGH && performance.now() - begun < 2 * scene.budgetMs);
  const handOvers = latenciesMs.length;
  const { p50Ms = Number.NaN, p99Ms = Number.NaN } = latencies(latenciesMs);
  const { delayMs } = scene.workload;
  const inDelays = delayMs === undefined ? {} : { networkDelays: p50Ms / delayMs };
  return { p50Ms, p99Ms, ...inDelays, requests: requests / handOvers, cpuUs: (cpuMs / handOvers) * 1_000 };
}

async function passOnce({ stage, drivers, path, params, budgetMs, workload }: Scene, names: ContenderNames) {
  const [peer = "zookit"] = drivers.map((driver) => driver.peer);
  const prefix = names[peer];
  if (prefix === undefined) throw new Error(`no names of ${peer}'s contenders in ${workload.name}`);
  const holder = await stage.zk.create(`${path}/${prefix}`, "", { mode: "ephemeral-sequential" });
  // Left by earlier rounds, and by peers that wait for their turn.
  const watchesBefore = await stage.watchCount();
  const running = Promise.all(drivers.map((driver) => driver.run(budgetMs)));
  const waiters = drivers.length * (params.clients ?? 0);
  const allWait = async () => (await stage.watchCount()) >= watchesBefore + waiters;
  // Each of them watches the one before it.
  await waitDuring(running, allWait, "all wait for the lock");
  const before = await stage.counts();
  const releasedNs = Number(process.hrtime.bigint());
  await stage.zk.delete(holder);
  const figures = await running;
  // Our own deletion is not theirs.
  const requests = (await stage.counts()).requests - before.requests - 1;
  return {
    requests,
    latenciesMs: intervals(figures, releasedNs),
    cpuMs: figures.reduce((sum, { cpuMs }) => sum + cpuMs, 0),
  };
}

/** From each release to the next one's return from acquire. All clocks of a machine are one. */
function intervals(figures: readonly Figures[], firstReleaseNs: number): readonly number[] {
  const ascending = (moments: readonly number[]) => moments.toSorted((a, b) => a - b);
  const acquired = ascending(figures.flatMap(({ acquiredNs = [] }) => acquiredNs));
  const released = [firstReleaseNs, ...ascending(figures.flatMap(({ releasedNs = [] }) => releasedNs))];
  return acquired.map((moment, index) => (moment - (released[index] ?? moment)) / NS_PER_MS);
}
