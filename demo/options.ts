import { parseArgs } from "node:util";

export interface Options {
  /** What to run on: a test server of our own, three real servers, or the ensemble at a connect string. */
  readonly servers: "test-server" | "ensemble" | { readonly hosts: string };
  /** Those that begin together. */
  readonly founders: readonly string[];
  /** Who joins later. */
  readonly newcomer: string;
  readonly partitions: readonly string[];
  /** Jobs of each partition. */
  readonly jobs: number;
  readonly sessionTimeoutMs: number;
  /** Whether the ledger refuses stale tokens. */
  readonly fencing: boolean;
}

export const USAGE = `npm run demo -- [options]

  --ensemble            run on three real ZooKeeper servers, started for it, instead of on the test server
  --hosts h:p,h:p       run on an ensemble that runs already
  --workers 3…7         how many workers begin; one more joins later (5)
  --partitions 8…60     into how many partitions the jobs are divided (12)
  --jobs 12…200         jobs in each partition (24)
  --session-ms 1000…    session timeout to ask for, in milliseconds (3000)
  --without-fencing     the ledger accepts stale tokens: see the frozen worker do its damage, and the checks fail
  --help`;

const NAMES = ["ada", "ben", "cleo", "dan", "eve", "finn", "gus", "hana"];

/** The options, or undefined where help was asked for. @throws {Error} that says what is wrong. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      hosts: { type: "string" },
      ensemble: { type: "boolean", default: false },
      workers: { type: "string", default: "5" },
      partitions: { type: "string", default: "12" },
      jobs: { type: "string", default: "24" },
      "session-ms": { type: "string", default: "3000" },
      "without-fencing": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  if (values.ensemble && values.hosts !== undefined) throw new Error("--ensemble and --hosts exclude each other");
  const started = values.ensemble ? "ensemble" : "test-server";
  const workers = integer("workers", values.workers, 3, NAMES.length - 1);
  return {
    servers: values.hosts === undefined ? started : { hosts: values.hosts },
    founders: NAMES.slice(0, workers),
    newcomer: NAMES[workers] ?? "",
    partitions: Array.from({ length: integer("partitions", values.partitions, 8, 60) }, (_, index) => `p${index + 1}`),
    jobs: integer("jobs", values.jobs, 12, 200),
    sessionTimeoutMs: integer("session-ms", values["session-ms"], 1_000, 10_000),
    fencing: !values["without-fencing"],
  };
}

function integer(name: string, text: string, lowest: number, highest: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= lowest && value <= highest) return value;
  throw new Error(`--${name} must be a whole number from ${lowest} to ${highest}`);
}
