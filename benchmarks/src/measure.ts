import type { Cast } from "./cast.js";
import type { Driver } from "./driver.js";
import type { Sample } from "./metrics.js";
import { countRoundTrips } from "./round-trips.js";
import { playTogether } from "./sample.js";
import type { Stage } from "./stage.js";
import type { PeerName, Scene, Workload } from "./workload.js";

/** How much is measured. */
export interface Extent {
  readonly rounds: number;
  readonly budgetMs: number;
  readonly warmUpMs: number;
  readonly isQuick: boolean;
}

/** The samples of each peer, by rounds. */
export type Samples = Readonly<Partial<Record<PeerName, readonly Sample[]>>>;

/** Sessions of 40 s: neither heartbeats nor pings count then. */
const SESSION_TIMEOUT_MS = 40_000;

/**
 * Measures one workload: in each round every peer in turn, so that whatever else the machine does at the time weighs on all
 * of them. Peers that wait for their turn are connected and idle.
 */
export async function measure(stage: Stage, cast: Cast, workload: Workload, extent: Extent): Promise<Samples> {
  const hosts = await hostsOf(stage, workload);
  const samples: Partial<Record<PeerName, Sample[]>> = {};
  const scenes = new Map<PeerName, Scene>();
  const rounds = Math.min(workload.rounds ?? extent.rounds, extent.rounds);
  try {
    for (let round = 0; round < rounds; round++) {
      for (const peer of workload.peers) {
        if (workload.needsNewProcess) await cast.dismiss(peer);
        const scene = scenes.get(peer) ?? (await setUp(peer));
        const sample = await (workload.play ?? playTogether)(scene);
        samples[peer] = [...(samples[peer] ?? []), sample];
        if (workload.isOneShot) await finish(scene.drivers);
        else scenes.set(peer, scene);
      }
    }
  } finally {
    await Promise.allSettled([...scenes.values()].map(({ drivers }) => finish(drivers)));
    if (workload.needsNewProcess) await Promise.all(workload.peers.map((peer) => cast.dismiss(peer)));
    await stage.proxy.delay(0);
  }
  if (workload.isSequential) await addRoundTrips(samples);
  return samples;

  async function addRoundTrips(found: Partial<Record<PeerName, Sample[]>>): Promise<void> {
    for (const peer of workload.peers) {
      const [driver] = await cast.of(peer, 1);
      if (driver === undefined) continue;
      const roundTrips = await countRoundTrips(stage, driver, workload, extent.budgetMs);
      found[peer] = (found[peer] ?? []).map((sample) => ({ ...sample, roundTrips }));
    }
  }

  async function setUp(peer: PeerName): Promise<Scene> {
    const drivers = await cast.of(peer, workload.processes ?? 1);
    const path = await stage.newPath();
    const params = { ...workload.params, ...(extent.isQuick && workload.quickParams) };
    const { work, sessionTimeoutMs = SESSION_TIMEOUT_MS } = workload;
    await Promise.all(
      drivers.map((driver, index) =>
        driver.prepare({ work, hosts, path, sessionTimeoutMs, params: { ...params, index } }),
      ),
    );
    const { budgetMs, warmUpMs } = durations(workload, extent);
    const scene = { stage, drivers, path, params, workload, budgetMs };
    if (!workload.isOneShot) await (workload.play ?? playTogether)({ ...scene, budgetMs: warmUpMs });
    return scene;
  }
}

function durations(
  { budgetMs, warmUpMs }: Workload,
  extent: Extent,
): { readonly budgetMs: number; readonly warmUpMs: number } {
  if (extent.isQuick) return extent;
  return { budgetMs: budgetMs ?? extent.budgetMs, warmUpMs: warmUpMs ?? extent.warmUpMs };
}

async function hostsOf(stage: Stage, { delayMs = 0 }: Workload): Promise<string> {
  if (delayMs === 0) return stage.hosts;
  await stage.proxy.delay(delayMs, "to-client");
  return stage.proxy.hosts;
}

async function finish(drivers: readonly Driver[]): Promise<void> {
  await Promise.all(drivers.map((driver) => driver.finish()));
}
