import { setTimeout as delay } from "node:timers/promises";
import type { Random } from "../random.js";
import * as links from "./link-faults.js";
import type { Scene, Strike } from "./scene.js";
import * as servers from "./server-faults.js";
import * as workers from "./worker-faults.js";

/** What is done one after the other, with a pause in between. Several lanes run beside each other. */
export interface Lane {
  readonly name: string;
  readonly pauseMs: readonly [number, number];
  readonly strikes: readonly (readonly [weight: number, strike: Strike])[];
}

const WORKERS: Omit<Lane, "name"> = {
  pauseMs: [100, 900],
  strikes: [
    [4, workers.stopWorker],
    [4, workers.blockWorker],
    [3, workers.expireSession],
    [2, workers.killWorker],
  ],
};

const LINKS: Lane = {
  name: "links",
  pauseMs: [300, 1_500],
  strikes: [
    [6, links.loseOne],
    [3, links.cutLink],
    [1, links.refuseLink],
    [2, links.delayLink],
    [2, links.throttleLink],
    [1, links.partitionLink],
    [1, links.partitionToServer],
    [1, links.partitionToClient],
    [1, links.partitionAll],
  ],
};

const SERVERS: Lane = {
  name: "servers",
  pauseMs: [1_000, 6_000],
  strikes: [
    [2, servers.killServer],
    [2, servers.killLeader],
    [2, servers.stopServer],
    [2, servers.stopLeader],
    [1, servers.rollingRestart],
  ],
};

const PARTING_SHOTS = 12;

export const LANES: readonly Lane[] = [
  { name: "workers", ...WORKERS },
  { name: "more workers", ...WORKERS },
  LINKS,
  SERVERS,
];

/** Strikes until it is told to stop; then what is being done is still undone. */
export async function run(lane: Lane, scene: Scene, random: Random, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await random.weighted(lane.strikes)(scene, random);
    await delay(random.between(...lane.pauseMs), undefined, { signal }).catch(() => {});
  }
}

/** The last things to go wrong before a calm, in which what they leave behind would show. */
export async function partingShots(scene: Scene, random: Random): Promise<void> {
  for (let shot = 0; shot < PARTING_SHOTS; shot++) await links.loseOne(scene, random);
}

/** Makes sure that nothing is wrong any more, and that everybody is there. */
export async function heal({ proxies, ensemble, crew }: Scene): Promise<void> {
  for (const proxy of proxies) {
    await proxy.heal();
    await proxy.accept();
    await proxy.delay(0);
    await proxy.throttle(undefined);
  }
  for (const server of ensemble.servers) await server.start();
  await ensemble.waitUntilServing();
  for (const worker of crew.workers) {
    if (worker.isStopped) worker.resume();
    crew.replace(worker);
  }
}
