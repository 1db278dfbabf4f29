import type { Machine } from "./machine.js";
import { isMoreBetter, show, titleOf } from "./metrics.js";
import type { Results, WorkloadResult } from "./results.js";
import { median, spread } from "./statistics.js";
import { table } from "./table.js";
import { judge, lead, valuesOf } from "./targets.js";
import type { PeerName, Workload } from "./workload.js";
import { WORKLOADS } from "./workloads/index.js";

const LABELS: Readonly<Record<PeerName, string>> = {
  zookit: "zookit",
  native: "bare binding",
  kazoo: "kazoo",
  curator: "Curator",
};

/** The results as a page, in the order of the workloads. */
export function report(results: Results): string {
  const found = WORKLOADS.flatMap((workload) =>
    results.workloads.filter((result) => result.workload === workload.name).map((result) => ({ workload, result })),
  );
  const sections = found.map(({ workload, result }) => section(workload, result));
  return `${[INTRODUCTION, machine(results.machine), targets(found), ...sections].join("\n\n")}\n`;
}

const INTRODUCTION = `# Results

Written by \`pnpm bench\`; [README.md](README.md) says what is measured and how. Figures are medians of the rounds; "±" is half
the distance between the best round and the worst. Ratios are the medians of the ratios within each round: above 1 zookit is
ahead. Clients, server and whatever else the machine had to do shared its processors: compare rows, not machines, and
trust counts more than times.`;

function machine({ processor, memory, system, versions }: Machine): string {
  const all = Object.entries(versions).map(([name, version]) => `${name} ${version}`);
  return `**Machine**: ${processor}, ${memory}, ${system}. **Versions**: ${all.join(", ")}.`;
}

/** All targets: those of work that was not measured stand there as well. */
function targets(found: readonly { readonly workload: Workload; readonly result: WorkloadResult }[]): string {
  const measured = found.flatMap(({ workload, result }) =>
    (workload.targets ?? []).map((target) => {
      const { text, measured: value, isMet } = judge(target, result.samples);
      return [`${workload.title}${variant(result)}`, text, show(value), isMet ? "met" : "**missed**"];
    }),
  );
  const names = new Set(found.map(({ workload }) => workload.name));
  const unmeasured = WORKLOADS.filter(({ name }) => !names.has(name)).flatMap(({ title, targets: missing = [] }) =>
    missing.map((target) => [title, judge(target, {}).text, "–", "**not measured**"]),
  );
  return `## Targets\n\n${table(["work", "target", "measured", ""], [...measured, ...unmeasured])}`;
}

function section(workload: Workload, result: WorkloadResult): string {
  const { metrics, title, name, unit, note } = workload;
  const [main] = metrics;
  const peers = workload.peers.filter((peer) => result.samples[peer] !== undefined);
  const rows = peers.map((peer) => {
    const samples = result.samples[peer];
    const figures = metrics.map((metric) => show(median(valuesOf(samples, metric))));
    const ratio = peer === "zookit" ? "1" : show(lead(result.samples, peer, main, isMoreBetter(main)));
    return [LABELS[peer], ratio, `${show(100 * spread(valuesOf(samples, main)))} %`, ...figures];
  });
  const header = ["", "zookit is × as good", "±", ...metrics.map(titleOf)];
  const rounds = Math.max(...peers.map((peer) => result.samples[peer]?.length ?? 0));
  const about = `\`${name}\`, each figure for one ${unit}; ${rounds} ${rounds === 1 ? "round" : "rounds"}, ${result.date}, load before ${show(result.loadBefore)}.`;
  return [`## ${title}${variant(result)}`, about, ...(note === undefined ? [] : [note]), table(header, rows)].join(
    "\n\n",
  );
}

function variant({ transport, servers }: WorkloadResult): string {
  const parts = [
    ...(transport === "native" ? [] : [`transport ${transport}`]),
    ...(servers === 1 ? [] : [`${servers} servers`]),
  ];
  return parts.length === 0 ? "" : ` (${parts.join(", ")})`;
}
