import { parseArgs } from "node:util";

export interface Options {
  /** What to run on: a test server of our own, three real servers, or the ensemble at a connect string. */
  readonly servers: "test-server" | "ensemble" | { readonly hosts: string };
  readonly services: readonly string[];
  /** Lines that each service adds. */
  readonly appends: number;
  readonly sessionTimeoutMs: number;
  /** Whether the ledger refuses stale tokens. */
  readonly fencing: boolean;
}

export const USAGE = `npm run demo -- [options]

  --ensemble            run on three real ZooKeeper servers, started for it, instead of on the test server
  --hosts h:p,h:p       run on an ensemble that runs already
  --services 3…8        how many services contend (5)
  --appends 8…200       lines that each of them adds to the ledger (15)
  --session-ms 1000…    session timeout to ask for, in milliseconds (3000)
  --without-fencing     the ledger accepts stale tokens: see the frozen holder do its damage, and the checks fail
  --help`;

const NAMES = ["ada", "ben", "cleo", "dan", "eve", "finn", "gus", "hana"];

/** The options, or undefined where help was asked for. @throws {Error} that says what is wrong. */
export function parseOptions(args: readonly string[]): Options | undefined {
  const { values } = parseArgs({
    args: [...args],
    options: {
      hosts: { type: "string" },
      ensemble: { type: "boolean", default: false },
      services: { type: "string", default: "5" },
      appends: { type: "string", default: "15" },
      "session-ms": { type: "string", default: "3000" },
      "without-fencing": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  if (values.ensemble && values.hosts !== undefined) throw new Error("--ensemble and --hosts exclude each other");
  const started = values.ensemble ? "ensemble" : "test-server";
  return {
    servers: values.hosts === undefined ? started : { hosts: values.hosts },
    services: NAMES.slice(0, integer("services", values.services, 3, NAMES.length)),
    appends: integer("appends", values.appends, 8, 200),
    sessionTimeoutMs: integer("session-ms", values["session-ms"], 1_000, 10_000),
    fencing: !values["without-fencing"],
  };
}

function integer(name: string, text: string, lowest: number, highest: number): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= lowest && value <= highest) return value;
  throw new Error(`--${name} must be a whole number from ${lowest} to ${highest}`);
}
