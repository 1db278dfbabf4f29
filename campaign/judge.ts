import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { checkProgress, type Recovery, recoveries } from "./checkers/progress.js";
import type { Operation } from "./history/event.js";
import { readHistories } from "./history/read.js";
import type { Options } from "./options.js";
import type { RegisterRecord } from "./register/record.js";
import type { RunLog } from "./run.js";
import { together } from "./workloads/examine.js";
import type { Examination } from "./workloads/workload.js";
import { WORKLOADS } from "./workloads/workloads.js";

/**
 * Within so long after healing every recipe goes on: the longest silence that a client waits for (half a session) before it
 * turns to the next server, several times over, and a process that has just been started on a busy machine.
 */
const PROGRESS_BOUND_MS = 8_000;

export interface Judgement extends Examination {
  readonly operations: readonly Operation[];
  readonly register: readonly RegisterRecord[];
  readonly recoveries: readonly Recovery[];
}

/** Reads what a run has recorded, and asks every checker. */
export async function judge(options: Options, folder: string, log: RunLog): Promise<Judgement> {
  const operations = await readHistories(join(folder, "histories"));
  const register = await readRegister(join(folder, "register.log"));
  const chosen = WORKLOADS.filter(({ name }) => options.workloads.includes(name));
  const examinations = chosen.map((workload) =>
    workload.check({ ...log, register, operations: operations.filter((each) => each.workload === workload.name) }),
  );
  const successes = operations.filter(
    ({ outcome, workload, f }) =>
      outcome === "ok" && chosen.some(({ name, progress }) => name === workload && progress.includes(f)),
  );
  const found = recoveries(
    chosen.filter(({ progress }) => progress.length > 0).map(({ name }) => name),
    successes,
    log.calms,
  );
  const { findings, exhausted } = together(examinations);
  return {
    operations,
    register,
    recoveries: found,
    findings: [...log.findings, ...findings, ...checkProgress(found, PROGRESS_BOUND_MS)],
    exhausted,
  };
}

async function readRegister(path: string): Promise<readonly RegisterRecord[]> {
  const text = await readFile(path, "utf8");
  return text
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as RegisterRecord);
}
