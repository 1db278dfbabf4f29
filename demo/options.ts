import { parseArgs } from "node:util";

export interface Options {
  /** An ensemble that runs already; without it, one is started. */
  readonly hosts: string | undefined;
  readonly servers: 1 | 3;
  readonly services: readonly string[];
  /** Lines that each service adds. */
  readonly appends: number;
  readonly sessionTimeoutMs: number;
  /** Whether the ledger refuses stale tokens. */
  readonly fencing: boolean;
}

export const USAGE = `npm run demo -- [options]

  --hosts h:p,h:p       use an ensemble that runs already; otherwise one is started
  --servers 1|3         how many servers to start (3)
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
      servers: { type: "string", default: "3" },
      services: { type: "string", default: "5" },
      appends: { type: "string", default: "15" },
      "session-ms": { type: "string", default: "3000" },
      "without-fencing": { type: "boolean", default: false },
      help: { type: "boolean", default: false },
    },
  });
  if (values.help) return undefined;
  if (values.servers !== "1" && values.servers !== "3") throw new Error("--servers must be 1 or 3");
  return {
    hosts: values.hosts,
    servers: values.servers === "1" ? 1 : 3,
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
