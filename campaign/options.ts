import { randomInt } from "node:crypto";
import { parseArgs } from "node:util";
import { WORKLOADS } from "./workloads/workloads.js";

export interface Options {
  /** How long faults go on, calms included. */
  readonly minutes: number;
  /** What the nemesis does follows from it, though not when what it does it to gets there. */
  readonly seed: number;
  readonly workloads: readonly string[];
  readonly workers: number;
  /** What the clients speak to ZooKeeper with. */
  readonly transport: "native";
  /** Whose recipes the workers run: our own, or those of a peer, for comparison. */
  readonly workersOf: "zookit" | "kazoo";
  /** Where the run is kept; undefined is a new folder of its own. */
  readonly folder: string | undefined;
}

/** Those of which kazoo has a recipe. */
const OF_KAZOO = ["mutex", "counter", "party", "double-barrier", "partitioner"];

const names = WORKLOADS.map(({ name }) => name);

export const USAGE = `pnpm campaign [options]

  --minutes N           how long things go wrong, 0.2 or more (2)
  --seed S              a whole number, from which what goes wrong follows (random)
  --workloads a,b       some of ${names.join(", ")} (all)
  --workers 2…16        how many processes work (8)
  --transport native    what clients speak to ZooKeeper with: so far the native binding only
  --workers-of kazoo    runs kazoo's recipes instead, the baseline: ${OF_KAZOO.join(", ")} (zookit)
  --folder F            where the run is kept (a new folder in .cache/campaign)
  --help`;

/** The options, or undefined where help was asked for. @throws {Error} that says what is wrong. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    // pnpm passes a leading -- on.
    args: args.filter((arg, index) => index > 0 || arg !== "--"),
    options: {
      minutes: { type: "string", default: "2" },
      seed: { type: "string" },
      workloads: { type: "string" },
      workers: { type: "string", default: "8" },
      transport: { type: "string", default: "native" },
      "workers-of": { type: "string", default: "zookit" },
      folder: { type: "string" },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  if (values.transport !== "native") throw new Error(`there is no transport ${values.transport}: native`);
  const workersOf = values["workers-of"];
  if (workersOf !== "zookit" && workersOf !== "kazoo") throw new Error("there are workers of zookit and of kazoo");
  const possible = workersOf === "kazoo" ? OF_KAZOO : names;
  const workloads = values.workloads?.split(",") ?? possible;
  const unknown = workloads.find((name) => !possible.includes(name));
  if (unknown !== undefined) throw new Error(`there is no workload ${unknown}: ${possible.join(", ")}`);
  return {
    minutes: number("minutes", values.minutes, 0.2, 24 * 60),
    seed: values.seed === undefined ? randomInt(2 ** 31) : integer("seed", values.seed, 0, 2 ** 31 - 1),
    workloads,
    workers: integer("workers", values.workers, 2, 16),
    transport: values.transport,
    workersOf,
    folder: values.folder,
  };
}

function number(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text !== "" && value >= least && value <= most) return value;
  throw new Error(`--${name} must be a number from ${least} to ${most}`);
}

function integer(name: string, text: string, least: number, most: number): number {
  const value = number(name, text, least, most);
  if (Number.isInteger(value)) return value;
  throw new Error(`--${name} must be a whole number`);
}
