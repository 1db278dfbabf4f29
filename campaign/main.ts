/**
 * The fault campaign: workers run the recipes on a real ensemble while a nemesis is at work, and checkers read what they have
 * recorded. `--help` tells the options. Exit code 0: nothing was found; 1: something was; 2: it cannot be asked like that.
 */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { judge } from "./judge.js";
import { type Options, parseOptions, USAGE } from "./options.js";
import { findingList, runReport, verdictOf } from "./report/markdown.js";
import { isGood, reportOf } from "./report/report.js";
import { runCampaign } from "./run.js";

const CLEAN_UP_LIMIT_MS = 30_000;

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function main(): Promise<number> {
  let options: Options | undefined;
  try {
    options = parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n\n${USAGE}\n`);
    return 2;
  }
  if (options === undefined) {
    say(USAGE);
    return 0;
  }
  const interrupted = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) {
    process.on(signal, () => interrupted.abort(new Error(`interrupted by ${signal}`)));
  }
  const started = new Date();
  const folder = options.folder ?? join(".cache", "campaign", started.toISOString().replaceAll(":", "-"));
  await mkdir(folder, { recursive: true });
  say(`seed ${options.seed}, ${options.minutes} minutes, kept in ${folder}`);
  const log = await runCampaign(options, folder, say, interrupted.signal);
  await writeFile(join(folder, "run.json"), `${JSON.stringify(log)}\n`);
  const times = { startedAt: started.toISOString(), elapsedMs: Date.now() - started.getTime() };
  const report = reportOf(options, times, log, await judge(options, folder, log));
  await writeFile(join(folder, "report.json"), `${JSON.stringify(report, null, 2)}\n`);
  await writeFile(join(folder, "report.md"), runReport(report));
  say(`${verdictOf([report])}\n${findingList([report])}`);
  return isGood(report) ? 0 : 1;
}

process.exitCode = await main();
// Everything is cleaned up; should something unforeseen keep the process alive all the same, that is a failure too.
setTimeout(() => process.exit(1), CLEAN_UP_LIMIT_MS).unref();
