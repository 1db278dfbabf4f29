import { parseArgs } from "node:util";
import { transportNamed } from "../drivers/zookit/transports.js";
import { WORKLOADS } from "./workloads/index.js";

/** What was asked for on the command line. */
export interface Options {
  readonly isHelp: boolean;
  readonly isJson: boolean;
  readonly isQuick: boolean;
  readonly rounds: number;
  /** Names of workloads, or how they begin; empty for all of them. */
  readonly only: readonly string[];
  readonly servers: 1 | 3;
  readonly transport: string;
}

export const USAGE = `usage: pnpm bench [--only NAME]… [--rounds N] [--quick] [--servers 1|3] [--transport NAME] [--json]

  --only NAME       a workload, or all whose names begin so; may be repeated
  --rounds N        how often each peer has its turn (5)
  --quick           a smoke test: everything once, and briefly; RESULTS.md stays as it is
  --servers 3       an ensemble of three
  --transport NAME  what zookit speaks through (native)
  --json            prints the results as JSON
  --help            prints this

workloads: ${WORKLOADS.map(({ name }) => name).join(", ")}`;

/** @throws {Error} what is wrong with the arguments. */
export function parseOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
      quick: { type: "boolean", default: false },
      rounds: { type: "string", default: "5" },
      only: { type: "string", multiple: true, default: [] },
      servers: { type: "string", default: "1" },
      transport: { type: "string", default: "native" },
    },
  });
  const { help: isHelp, json: isJson, quick: isQuick, only, transport } = values;
  const rounds = Number(values.rounds);
  if (!Number.isInteger(rounds) || rounds < 1) throw new Error("--rounds must be a whole number from 1");
  if (values.servers !== "1" && values.servers !== "3") throw new Error("--servers must be 1 or 3");
  const unknown = only.find((name) => !WORKLOADS.some((workload) => workload.name.startsWith(name)));
  if (unknown !== undefined) throw new Error(`no workload ${unknown}`);
  // Refused here, not by a driver in the middle of the run.
  transportNamed(transport);
  const servers = values.servers === "3" ? 3 : 1;
  return { isHelp, isJson, isQuick, rounds: isQuick ? 1 : rounds, only, servers, transport };
}
