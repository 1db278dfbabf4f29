import { readFile, writeFile } from "node:fs/promises";
import { isDeepStrictEqual } from "node:util";
import type { Machine } from "./machine.js";
import type { Samples } from "./measure.js";

/** What was measured of one workload. */
export interface WorkloadResult {
  readonly workload: string;
  readonly transport: string;
  readonly servers: number;
  readonly date: string;
  /** Processes that wanted to run besides, on average over the minute before. */
  readonly loadBefore: number;
  readonly samples: Samples;
}

export interface Results {
  readonly machine: Machine;
  readonly workloads: readonly WorkloadResult[];
}

const FILE = new URL("../results.json", import.meta.url);

/** The stored results, in which the new ones take the place of older ones of the same work. */
export async function mergeStored(fresh: Results): Promise<Results> {
  const stored = await readStored();
  if (stored === undefined || !isDeepStrictEqual(stored.machine, fresh.machine)) return fresh;
  return merge(stored, fresh);
}

export function merge(stored: Results, fresh: Results): Results {
  const keyOf = ({ workload, transport, servers }: WorkloadResult) => `${workload} ${transport} ${servers}`;
  const replaced = new Set(fresh.workloads.map(keyOf));
  const kept = stored.workloads.filter((result) => !replaced.has(keyOf(result)));
  return { machine: fresh.machine, workloads: [...kept, ...fresh.workloads] };
}

export async function store(results: Results): Promise<void> {
  await writeFile(FILE, `${JSON.stringify(results, null, 1)}\n`);
}

async function readStored(): Promise<Results | undefined> {
  try {
    return JSON.parse(await readFile(FILE, "utf8")) as Results;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return undefined;
    throw error;
  }
}
