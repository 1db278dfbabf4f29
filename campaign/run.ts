import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { connect, type ZooKeeper } from "@zookit/core";
import type { Finding } from "./checkers/finding.js";
import { checkOrphans } from "./checkers/orphans.js";
import { Crew } from "./crew.js";
import { monotonicMs } from "./history/clock.js";
import { historyPath } from "./history/read.js";
import { Recorder } from "./history/recorder.js";
import { ephemeralsBelow } from "./leftovers.js";
import { FaultLog } from "./nemesis/fault-log.js";
import { heal, LANES, type Lane, partingShots, run as strike } from "./nemesis/nemesis.js";
import type { Scene } from "./nemesis/scene.js";
import type { Options } from "./options.js";
import { Random } from "./random.js";
import { type Sample, Sampler } from "./samples.js";
import { SESSION_TIMEOUT_MS, Stage, TICK_MS } from "./stage.js";
import type { CalmPeriod } from "./workloads/workload.js";
import { CAMPAIGN_ROOT, rootOf, WORKLOADS } from "./workloads/workloads.js";

/** What a run itself has seen; the rest is in the files of its folder. */
export interface RunLog {
  /** From its beginning to its end, the checks not included. */
  readonly elapsedMs: number;
  readonly faults: FaultLog["faults"];
  readonly endedSessions: Scene["endedSessions"];
  readonly calms: readonly CalmPeriod[];
  readonly samples: readonly Sample[];
  /** Watches of all servers when everything was released, left and given up. */
  readonly watchesAtTheEnd: number;
  readonly findings: readonly Finding[];
}

const STORM_MS = [25_000, 40_000] as const;
const CALM_MS = 10_000;
const SAMPLE_EVERY_MS = 5_000;
const START_LIMIT_MS = 60_000;
const SETTLE_LIMIT_MS = 60_000;
const CLOSE_LIMIT_MS = 20_000;
const LEFTOVER_LIMIT_MS = 15_000;

/** One run: storms and calms in turn, then an end in order. Resolves with what was seen, whatever that is. */
export async function runCampaign(
  options: Options,
  folder: string,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<RunLog> {
  const begin = monotonicMs();
  await using stage = await Stage.open(folder);
  say(`three servers serve (${stage.ensemble.backend}), a proxy before each`);
  await using crew = new Crew(folder, options, {
    hosts: stage.hosts,
    sessionTimeoutMs: SESSION_TIMEOUT_MS,
    workloads: options.workloads,
    registerPort: stage.registerPort,
    seed: options.seed,
  });
  const { ensemble, proxies } = stage;
  const log = new FaultLog(join(folder, "faults.jsonl"));
  const scene: Scene = { ensemble, proxies, crew, log, endedSessions: [], sessionTimeoutMs: SESSION_TIMEOUT_MS };
  await until(() => crew.workers.every(({ session }) => session !== ""), START_LIMIT_MS, signal);
  say(`${options.workers} workers work`);
  const sampler = new Sampler(crew, ensemble, join(folder, "samples.jsonl"));
  const sampling = new AbortController();
  const samples = sample(sampler, sampling.signal);
  const calms = await stormAndCalm(options, scene, say, signal);
  sampling.abort();
  await samples;
  const { findings, watches } = await conclude(options, scene, folder, sampler, signal);
  return {
    elapsedMs: monotonicMs() - begin,
    faults: log.faults,
    endedSessions: scene.endedSessions,
    calms,
    samples: sampler.samples,
    watchesAtTheEnd: watches,
    findings: [...crew.crashes, ...findings],
  };
}

async function stormAndCalm(
  { minutes, seed }: Options,
  scene: Scene,
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<readonly CalmPeriod[]> {
  const calms: CalmPeriod[] = [];
  const random = new Random(seed, "storms");
  const lanes = LANES.map((lane) => ({ lane, random: new Random(seed, lane.name) }));
  const end = monotonicMs() + minutes * 60_000;
  while (monotonicMs() < end - CALM_MS || calms.length === 0) {
    const stormMs = Math.min(random.between(...STORM_MS), Math.max(0, Math.ceil(end - CALM_MS - monotonicMs())));
    await storm(scene, lanes, stormMs, signal);
    await partingShots(scene, random);
    calms.push(await calm(scene, signal));
    say(`${scene.log.faults.length} faults, ${scene.crew.crashes.length} crashes`);
  }
  return calms;
}

async function storm(
  scene: Scene,
  lanes: readonly { readonly lane: Lane; readonly random: Random }[],
  forMs: number,
  signal: AbortSignal,
): Promise<void> {
  const over = new AbortController();
  const end = () => over.abort();
  const timer = setTimeout(end, forMs);
  signal.addEventListener("abort", end);
  // A lane that cannot go on ends the others.
  await Promise.all(lanes.map(({ lane, random }) => strike(lane, scene, random, over.signal).finally(end)));
  clearTimeout(timer);
  signal.removeEventListener("abort", end);
  signal.throwIfAborted();
}

async function calm(scene: Scene, signal: AbortSignal): Promise<CalmPeriod> {
  const { crew } = scene;
  await heal(scene);
  const from = monotonicMs();
  const workers = crew.living.map(({ name }) => name);
  crew.orderAll({ order: "calm", isCalm: true });
  // A process that was started just now may take seconds to run, on a busy machine.
  await until(() => crew.living.every(({ session }) => session !== ""), START_LIMIT_MS, signal);
  await delay(CALM_MS, undefined, { signal });
  const to = monotonicMs();
  crew.orderAll({ order: "calm", isCalm: false });
  return { from, until: to, workers: workers.filter((name) => crew.living.some((worker) => worker.name === name)) };
}

async function sample(sampler: Sampler, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await sampler.take();
    await delay(SAMPLE_EVERY_MS, undefined, { signal }).catch(() => {});
  }
}

/** Everybody gives up what it has, and nothing may be left while the sessions live on; then all close. */
async function conclude(
  options: Options,
  { crew, ensemble }: Scene,
  folder: string,
  sampler: Sampler,
  signal: AbortSignal,
): Promise<{ findings: readonly Finding[]; watches: number }> {
  const findings: Finding[] = [];
  crew.orderAll({ order: "settle" });
  if (!(await until(() => crew.living.every(({ hasSettled }) => hasSettled), SETTLE_LIMIT_MS, signal))) {
    const late = crew.living.filter(({ hasSettled }) => !hasSettled).map(({ name }) => name);
    findings.push({ rule: "everybody settles", where: late.join(), message: `not within ${SETTLE_LIMIT_MS} ms` });
  }
  const zk = await connect(ensemble.hosts);
  findings.push(...checkOrphans(CAMPAIGN_ROOT, await lastingEphemerals(zk, signal)));
  const { watches } = await sampler.take();
  const recorder = new Recorder(historyPath(join(folder, "histories"), "campaign"));
  for (const workload of WORKLOADS.filter(({ name }) => options.workloads.includes(name))) {
    await workload.conclude?.(zk, rootOf(workload), recorder, options.workersOf);
  }
  await zk.close();
  crew.orderAll({ order: "close" });
  if (!(await until(() => crew.living.length === 0, CLOSE_LIMIT_MS, signal))) {
    const late = crew.living.map(({ name }) => name).join();
    findings.push({ rule: "everybody closes", where: late, message: `not within ${CLOSE_LIMIT_MS} ms` });
  }
  return { findings, watches };
}

/** What is still there when sessions of the dead have ended, though servers of a busy machine take their time to end them. */
async function lastingEphemerals(zk: ZooKeeper, signal: AbortSignal): Promise<readonly string[]> {
  const end = performance.now() + LEFTOVER_LIMIT_MS;
  for (;;) {
    await delay(SESSION_TIMEOUT_MS + 3 * TICK_MS, undefined, { signal });
    await zk.sync("/");
    const left = await ephemeralsBelow(zk, CAMPAIGN_ROOT);
    if (left.length === 0 || performance.now() > end) return left;
  }
}

/** Resolves with whether the condition came true in time. */
async function until(condition: () => boolean, limitMs: number, signal: AbortSignal): Promise<boolean> {
  const end = performance.now() + limitMs;
  while (!condition() && performance.now() < end) await delay(50, undefined, { signal });
  return condition();
}
