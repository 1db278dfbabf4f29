import type { Sample } from "../metrics.js";
import { waitDuring } from "../wait-during.js";
import type { Scene, Workload } from "../workload.js";
import { type ContenderNames, LOCK_NAMES, passOn } from "./hand-over.js";

/** The shortest that the servers grant: two of their ticks. */
const SESSION_TIMEOUT_MS = 4_000;
const NS_PER_MS = 1e6;

/** An election is a lock's queue, but for Curator's latch. */
const NAMES: ContenderNames = { ...LOCK_NAMES, curator: "_c_00000000-0000-4000-8000-000000000000-latch-" };

export const electionWorkloads: readonly Workload[] = [
  {
    name: "election-resign",
    title: "Election: fail-over after a resignation, 10 contenders in 2 processes",
    work: "election-pass",
    peers: ["zookit", "kazoo", "curator"],
    processes: 2,
    params: { clients: 5 },
    unit: "fail-over",
    metrics: ["p50Ms", "p99Ms", "requests", "cpuUs"],
    rounds: 3,
    note: "From the call that resigns to the next leader's being told. Curator: `LeaderLatch`.",
    play: passOn(NAMES),
  },
  {
    name: "election-kill",
    title: "Election: fail-over after SIGKILL, with a session timeout of 4 s",
    work: "election-lead",
    peers: ["zookit", "kazoo", "curator"],
    processes: 2,
    unit: "fail-over",
    metrics: ["p50Ms"],
    rounds: 3,
    isOneShot: true,
    needsNewProcess: true,
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    note: "The servers' expiry of the session makes nearly all of it: the timeout after the last heartbeat, and up to a tick of 2 s.",
    play: killLeader,
  },
];

/** The first process leads, the second waits, the first is killed. */
async function killLeader({ stage, drivers, path, budgetMs }: Scene): Promise<Sample> {
  const [leader, next] = drivers;
  if (leader === undefined || next === undefined) throw new Error("it takes two");
  await leader.run(budgetMs);
  const campaign = next.run(budgetMs);
  const bothContend = async () => (await stage.zk.children(path)).children.length === 2;
  await waitDuring(campaign, bothContend, "both contend");
  const killedNs = Number(process.hrtime.bigint());
  await leader.kill();
  const { acquiredNs: [electedNs = Number.NaN] = [] } = await campaign;
  return { p50Ms: (electedNs - killedNs) / NS_PER_MS };
}
