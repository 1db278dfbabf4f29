/**
 * What the partitioner does as members come and go, in figures, beside kazoo's `SetPartitioner` on the same steps and servers.
 *
 * node --conditions=@zookit/source --import tsx test/interop/partitioner-figures.ts
 */
import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { startEnsemble } from "../harness/ensemble.js";
import { Members } from "../integration/support/partition-members.js";

interface Figures {
  readonly step: string;
  /** Until every partition is owned again, in milliseconds. */
  readonly ms: number;
  /** Partitions that have another owner. */
  readonly moved: number;
  /** Partitions that their owner has given up on the way, whoever has them now. */
  readonly interrupted: number;
  /** How long a partition was unowned, on average, in milliseconds. */
  readonly unownedMs: number;
}

const TICK_MS = 500;
const uniquePath = () => `/figures-${randomBytes(6).toString("hex")}`;

async function zookit(hosts: string, memberCount: number, count: number): Promise<readonly Figures[]> {
  const partitions = Array.from({ length: count }, (_, index) => `p${index}`);
  await using group = new Members(hosts, uniquePath(), { partitions, sessionTimeoutMs: 20 * TICK_MS });
  const step = async (name: string, act: () => Promise<unknown>): Promise<Figures> => {
    const [begun, told] = [group.calls.length, group.told];
    const began = performance.now();
    await act();
    await group.settle(120_000);
    const ms = performance.now() - began;
    const before = new Map(group.calls.slice(0, begun).map((call) => [call.partition.name, call.endedAt]));
    const gaps = group.calls
      .slice(begun)
      .map(({ partition, begunAt }) => begunAt - (before.get(partition.name) ?? began));
    const unownedMs = gaps.reduce((sum, gap) => sum + gap, 0) / count;
    const moved = name === "start" ? 0 : group.calls.length - begun;
    return { step: name, ms: Math.round(ms), moved, interrupted: group.told - told, unownedMs: Math.round(unownedMs) };
  };
  const identifiers = Array.from({ length: memberCount }, (_, index) => `m${index}`);
  return [
    await step("start", () => Promise.all(identifiers.map((identifier) => group.join(identifier)))),
    await step("join", () => group.join("joiner")),
    await step("leave", () => group.leave("m3")),
  ];
}

async function kazoo(hosts: string, memberCount: number, count: number, boundary: number): Promise<readonly Figures[]> {
  const script = fileURLToPath(new URL("./peers/kazoo_partitioner.py", import.meta.url));
  const args = ["-B", script, hosts, uniquePath(), memberCount, count, boundary].map(String);
  const { stdout } = await promisify(execFile)("/usr/bin/python3", args, { timeout: 580_000 });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Figures);
}

function print(name: string, list: readonly Figures[]): void {
  for (const { step, ms, moved, interrupted, unownedMs } of list) {
    process.stdout.write(`| ${name} | ${step} | ${ms} | ${moved} | ${interrupted} | ${unownedMs} |\n`);
  }
}

await using ensemble = await startEnsemble({ servers: 3, tickTimeMs: TICK_MS });
process.stdout.write("| | step | settled after ms | moved | interrupted | unowned ms |\n| - | - | - | - | - | - |\n");
const [only = ""] = process.argv.slice(2);
const SETUPS: Readonly<Record<string, () => Promise<readonly Figures[]>>> = {
  "zookit, 8 members, 100 partitions": () => zookit(ensemble.hosts, 8, 100),
  "zookit, 50 members, 1,000 partitions": () => zookit(ensemble.hosts, 50, 1_000),
  "kazoo, 8 members, 100 partitions, time_boundary=1": () => kazoo(ensemble.hosts, 8, 100, 1),
  "kazoo, 8 members, 100 partitions, time_boundary=30 (default)": () => kazoo(ensemble.hosts, 8, 100, 30),
};
for (const [name, measure] of Object.entries(SETUPS)) if (name.includes(only)) print(name, await measure());
