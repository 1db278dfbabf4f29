import { setTimeout as pause } from "node:timers/promises";
import { monotonicMs } from "../history/clock.js";
import type { Random } from "../random.js";
import type { WorkerProcess } from "../worker-process.js";
import { endSession } from "./end-session.js";
import type { Scene, Strike } from "./scene.js";

/** Shorter than a session half of the time, longer the other half. */
function standstillMs(random: Random, { sessionTimeoutMs }: Scene): number {
  return random.chance(0.5)
    ? random.between(100, 0.8 * sessionTimeoutMs)
    : random.between(1.1 * sessionTimeoutMs, 2 * sessionTimeoutMs + 500);
}

/** Does something to a worker that nothing else is done to meanwhile. */
function toWorker(
  kind: string,
  strike: (worker: WorkerProcess, random: Random, scene: Scene) => Promise<void>,
): Strike {
  return async (scene, random) => {
    const worker = scene.crew.victim(random);
    if (worker === undefined) return;
    worker.isAfflicted = true;
    await scene.log.during(kind, worker.name, () => strike(worker, random, scene));
    worker.isAfflicted = false;
  };
}

/** SIGKILL; another takes its place. */
export const killWorker = toWorker("worker killed", async (worker, random, { crew }) => {
  await worker.kill();
  await pause(random.between(0, 1_000));
  crew.replace(worker);
});

/** SIGSTOP, and SIGCONT later. */
export const stopWorker = toWorker("worker stopped", async (worker, random, scene) => {
  worker.stop();
  await pause(standstillMs(random, scene));
  worker.resume();
});

/** A loop that gives nothing else a turn. */
export const blockWorker = toWorker("event loop blocked", async (worker, random, scene) => {
  const forMs = standstillMs(random, scene);
  worker.order({ order: "block", forMs });
  await pause(forMs);
});

/** The servers end a session before its time, and its client learns of it as of any expiry. */
export const expireSession: Strike = async ({ crew, ensemble, endedSessions, log }, random) => {
  const worker = crew.victim(random);
  const [server] = await serving(ensemble);
  if (worker === undefined || server === undefined) return;
  const { session } = worker;
  const from = monotonicMs();
  const outcome = await endSession(server, session);
  // What may have ended is not promised anything either.
  if (outcome !== "lives") endedSessions.push({ session, from });
  if (outcome === "ended") {
    log.add({ kind: "session expired", target: worker.name, from, until: monotonicMs() });
  }
};

async function serving({ servers }: Scene["ensemble"]) {
  const roles = await Promise.all(servers.map(async (server) => ({ server, role: await server.role() })));
  return roles.flatMap(({ server, role }) => (role === undefined ? [] : [server]));
}
