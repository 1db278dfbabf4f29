import { spawn } from "node:child_process";
import { readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type Report, type Verdict, verdictOf } from "./verdict.js";

export interface SuiteOptions {
  /** Whose tests to run. */
  readonly recipes: readonly string[];
  /** After this time, in milliseconds, the tests are taken to hang. */
  readonly limitMs: number;
  /** Ends the tests. */
  readonly signal: AbortSignal;
}

export interface SuiteResult {
  readonly verdict: Verdict;
  readonly elapsedMs: number;
  /** The end of what the test runner has said. */
  readonly output: string;
}

/** Random schedules in each of the two simulation tests; the same ones each time, so that the score does not waver. */
const SCHEDULES = { ZOOKIT_SCHEDULES: "300", ZOOKIT_SEED: "1" };
const OUTPUT_KEPT = 20_000;

/** Runs the tests in a copy of the sources, up to the first that fails. */
export async function runSuite(root: string, { recipes, limitMs, signal }: SuiteOptions): Promise<SuiteResult> {
  signal.throwIfAborted();
  const reportPath = join(root, "report.json");
  await rm(reportPath, { force: true });
  const startedAt = performance.now();
  const args = ["run", "--root", root, "--config", "test/mutants/vitest.config.ts", "--bail", "1"];
  const reporter = ["--reporter", "json", "--outputFile", reportPath];
  const child = spawn(process.execPath, ["node_modules/vitest/vitest.mjs", ...args, ...reporter], {
    cwd: root,
    env: { ...SCHEDULES, ...process.env, ZOOKIT_MUTATED: recipes.join() },
    stdio: ["ignore", "pipe", "pipe"],
    // A process group of its own: the runner alone would leave its worker behind.
    detached: true,
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding("utf8").on("data", (text: string) => {
      output = (output + text).slice(-OUTPUT_KEPT);
    });
  }
  let hangs = false;
  const end = () => {
    if (child.pid !== undefined) killGroup(child.pid);
  };
  const timer = setTimeout(() => {
    hangs = true;
    end();
  }, limitMs);
  signal.addEventListener("abort", end, { once: true });
  try {
    await new Promise((resolve, reject) => child.on("close", resolve).on("error", reject));
  } finally {
    clearTimeout(timer);
    signal.removeEventListener("abort", end);
  }
  signal.throwIfAborted();
  const verdict = hangs ? ({ kind: "hangs" } as const) : verdictOf(await readReport(reportPath));
  return { verdict, elapsedMs: performance.now() - startedAt, output };
}

function killGroup(pid: number): void {
  try {
    process.kill(-pid, "SIGKILL");
  } catch {
    // It has ended by itself.
  }
}

async function readReport(path: string): Promise<Report | undefined> {
  const text = await readFile(path, "utf8").catch(() => undefined);
  return text === undefined ? undefined : JSON.parse(text);
}
