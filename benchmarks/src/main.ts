import { writeFile } from "node:fs/promises";
import { loadavg } from "node:os";
import { Cast } from "./cast.js";
import { describeMachine } from "./machine.js";
import { type Extent, measure } from "./measure.js";
import { type Options, parseOptions, USAGE } from "./options.js";
import { report } from "./report.js";
import { mergeStored, type Results, store, type WorkloadResult } from "./results.js";
import { Stage } from "./stage.js";
import { WORKLOADS } from "./workloads/index.js";

const FULL = { budgetMs: 1_000, warmUpMs: 1_500, isQuick: false } as const;
const QUICK = { budgetMs: 100, warmUpMs: 50, isQuick: true } as const;
const REPORT = new URL("../RESULTS.md", import.meta.url);

const options = optionsOrExit();
if (options.isHelp) process.stdout.write(`${USAGE}\n`);
else await bench(options);

async function bench(options: Options): Promise<void> {
  const results = await run(options);
  process.stdout.write(options.isJson ? `${JSON.stringify(results)}\n` : report(results));
  // A smoke test says nothing about speed.
  if (options.isQuick) return;
  const all = await mergeStored(results);
  await store(all);
  await writeFile(REPORT, report(all));
}

async function run({ isQuick, rounds, only, servers, transport }: Options): Promise<Results> {
  const extent: Extent = { rounds, ...(isQuick ? QUICK : FULL) };
  const chosen = WORKLOADS.filter(({ name }) => only.length === 0 || only.some((begin) => name.startsWith(begin)));
  await using stage = await Stage.start(servers);
  await using cast = new Cast(transport);
  const workloads: WorkloadResult[] = [];
  for (const workload of chosen) {
    process.stderr.write(`${workload.name}\n`);
    const loadBefore = loadavg()[0] ?? Number.NaN;
    const samples = await measure(stage, cast, workload, extent);
    const date = new Date().toISOString().slice(0, 10);
    workloads.push({ workload: workload.name, transport, servers, date, loadBefore, samples });
  }
  return { machine: await describeMachine(await stage.serverVersion()), workloads };
}

function optionsOrExit(): Options {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    process.stderr.write(`${(error as Error).message}\n\n${USAGE}\n`);
    process.exit(2);
  }
}
