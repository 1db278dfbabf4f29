/**
 * Soak: 100,000 acquisitions that time out must leave nothing behind. Prints heap, file descriptors and the server's
 * watches as it goes, and fails if one of them grows.
 *
 * pnpm soak [count]        against a server of its own, or that of ZOOKIT_TEST_HOSTS
 */
import { readdirSync } from "node:fs";
import { connect, TimeoutError } from "@zookit/core";
import { Lock } from "@zookit/lock";
import { startEnsemble } from "../harness/ensemble.js";

interface Reading {
  readonly done: number;
  readonly heapMiB: number;
  readonly residentMiB: number;
  readonly descriptors: number;
  readonly watches: number;
  readonly contenders: number;
}

const total = Number(process.argv[2] ?? 100_000);
const concurrency = 50;
const readings = 20;
const path = "/zookit-soak";

await using ensemble = await startEnsemble({ tickTimeMs: 2_000 });
await using zk = await connect(ensemble.hosts);
const lock = new Lock(zk, path);
const held = await lock.acquire();

async function timeOut(): Promise<void> {
  const handle = await lock.acquire({ timeoutMs: 1 + Math.floor(Math.random() * 20) }).catch((error) => {
    if (!(error instanceof TimeoutError)) throw error;
  });
  if (handle) throw new Error("acquired a lock that is held");
}

async function read(done: number): Promise<Reading> {
  global.gc?.();
  const { heapUsed, rss } = process.memoryUsage();
  const watches = await Promise.all(ensemble.servers.map((server) => server.watchCount()));
  return {
    done,
    heapMiB: Math.round((heapUsed / 2 ** 20) * 10) / 10,
    residentMiB: Math.round(rss / 2 ** 20),
    descriptors: process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0,
    watches: watches.reduce((sum, count) => sum + count, 0),
    contenders: (await zk.children(path)).children.length,
  };
}

const seen: Reading[] = [];
let done = 0;
let next = total / readings;
console.log("acquisitions  heap MiB  resident MiB  descriptors  watches  contenders");
while (done < total) {
  await Promise.all(Array.from({ length: concurrency }, timeOut));
  done += concurrency;
  if (done < next) continue;
  next += total / readings;
  const reading = await read(done);
  seen.push(reading);
  const { heapMiB, residentMiB, descriptors, watches, contenders } = reading;
  const columns = [done, heapMiB, residentMiB, descriptors, watches, contenders];
  console.log(columns.map((value, index) => String(value).padStart([12, 10, 14, 13, 9, 12][index] ?? 0)).join(""));
}

await held.release();
await zk.delete(path, { recursive: true });

// The first quarter is warm-up; from then on the second half must not lie above the first.
const steady = seen.slice(Math.floor(readings / 4));
const half = Math.floor(steady.length / 2);
const growth = (of: (reading: Reading) => number): number => {
  const highest = (part: readonly Reading[]) => Math.max(...part.map(of));
  return highest(steady.slice(half)) - highest(steady.slice(0, half));
};
const checks: readonly [string, boolean][] = [
  ["heap grows by less than 1 MiB", growth(({ heapMiB }) => heapMiB) < 1],
  ["no file descriptor more", growth(({ descriptors }) => descriptors) <= 0],
  // One for each contender at the moment of reading, and the holder's own.
  ["no more watches than contenders", seen.every(({ watches, contenders }) => watches <= contenders + 1)],
  ["no contender but the holder", seen.every(({ contenders }) => contenders === 1)],
];
for (const [name, passed] of checks) console.log(`${passed ? "ok  " : "FAIL"}  ${name}`);
if (!checks.every(([, passed]) => passed)) process.exitCode = 1;
