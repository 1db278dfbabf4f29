/**
 * The fault campaign: workers run the recipes on a real ensemble while a nemesis is at work, and checkers read what they have
 * recorded. `--help` tells the options. Exit code 0: nothing was found; 1: something was; 2: it cannot be asked like that.
 */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { about } from "./about.js";
import { examineFolder, keepAbout, keepLog } from "./folder.js";
import { type Options, parseOptions, USAGE } from "./options.js";
import { findingList } from "./report/markdown.js";
import { isGood } from "./report/report.js";
import { verdictOf } from "./report/verdict.js";
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
  const run = await about(options);
  const folder = options.folder ?? join(".cache", "campaign", run.startedAt.replaceAll(":", "-"));
  await mkdir(folder, { recursive: true });
  await keepAbout(folder, run);
  say(`seed ${options.seed}, ${options.minutes} minutes, kept in ${folder}`);
  await keepLog(folder, await runCampaign(options, folder, say, interrupted.signal));
  const report = await examineFolder(folder);
  say(`${findingList([report])}\ncampaign: ${verdictOf([report])}`);
  return isGood(report) ? 0 : 1;
}

process.exitCode = await main();
// Everything is cleaned up; should something unforeseen keep the process alive all the same, that is a failure too.
setTimeout(() => process.exit(1), CLEAN_UP_LIMIT_MS).unref();
