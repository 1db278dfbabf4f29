/**
 * How many random schedules of the lock's stories, with troubles, this machine tries in a second: one process for each core,
 * as in the tests. `ZOOKIT_SCHEDULES` says how many in all.
 */
import { fork } from "node:child_process";
import { once } from "node:events";
import { availableParallelism } from "node:os";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { LOCK_STORIES } from "../simulation/support/lock-stories.js";
import { lockStory } from "../simulation/support/lock-story.js";
import { SCHEDULES } from "../simulation/support/schedules.js";

/** Tried before the clock is started, by each process: so many are compiled meanwhile. */
const WARM_UP = 500;

if (process.send === undefined) await measure();
else await work();

async function measure(): Promise<void> {
  const cores = availableParallelism();
  const each = Math.ceil((SCHEDULES.numRuns ?? 0) / cores);
  const workers = Array.from({ length: cores }, (_, seed) =>
    fork(fileURLToPath(import.meta.url), [String(each), String(seed)]),
  );
  await Promise.all(workers.map((worker) => once(worker, "message")));
  const startedAt = performance.now();
  for (const worker of workers) worker.send("go");
  const used = await Promise.all(workers.map(async (worker) => Number((await once(worker, "message"))[0])));
  const elapsedMs = performance.now() - startedAt;
  const count = each * cores;
  const cpuMs = used.reduce((sum, ms) => sum + ms) / count;
  console.log(
    `${count} schedules in ${(elapsedMs / 1_000).toFixed(1)} s on ${cores} cores: ` +
      `${Math.round((count / elapsedMs) * 1_000)} a second, ${cpuMs.toFixed(2)} ms of processor time each`,
  );
}

async function work(): Promise<void> {
  const [numRuns = 0, seed = 0] = process.argv.slice(2).map(Number);
  await tryOut(WARM_UP, -seed - 1);
  const told = once(process, "message");
  process.send?.("ready");
  await told;
  const before = process.cpuUsage();
  await tryOut(numRuns, seed);
  const { user, system } = process.cpuUsage(before);
  process.send?.((user + system) / 1_000);
  process.disconnect();
}

async function tryOut(numRuns: number, seed: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(fc.scheduler(), LOCK_STORIES, async (scheduler, story) => {
      await lockStory(story, { scheduler });
    }),
    { numRuns, seed },
  );
}
