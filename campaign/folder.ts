import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { About } from "./about.js";
import { judge } from "./judge.js";
import { runReport } from "./report/markdown.js";
import { type RunReport, reportOf } from "./report/report.js";
import type { RunLog } from "./run.js";

const ABOUT = "about.json";
const LOG = "run.json";
const REPORT = "report.json";

export async function keepAbout(folder: string, about: About): Promise<void> {
  await writeFile(join(folder, ABOUT), `${JSON.stringify(about, null, 2)}\n`);
}

export async function keepLog(folder: string, log: RunLog): Promise<void> {
  await writeFile(join(folder, LOG), `${JSON.stringify(log)}\n`);
}

/** Asks every checker about what a folder has recorded, and writes its report. It can be done again at any time. */
export async function examineFolder(folder: string): Promise<RunReport> {
  const about = await read<About>(folder, ABOUT);
  const log = await read<RunLog>(folder, LOG);
  const report = reportOf(about, log, await judge(about.options, folder, log));
  await writeFile(join(folder, REPORT), `${JSON.stringify(report)}\n`);
  await writeFile(join(folder, "report.md"), runReport(report));
  return report;
}

export async function readReport(folder: string): Promise<RunReport> {
  return await read<RunReport>(folder, REPORT);
}

async function read<T>(folder: string, name: string): Promise<T> {
  return JSON.parse(await readFile(join(folder, name), "utf8")) as T;
}
