// zookit's lock as a peer process; the protocol is that of peers/kazoo_lock.py.

import { createInterface } from "node:readline";
import { parseArgs } from "node:util";
import { connect, TimeoutError } from "@zookit/core";
import { Lock, type LockHandle } from "@zookit/lock";
import { Ledger } from "../ledger.js";

interface Command {
  readonly id: number;
  readonly verb: string;
  readonly timeoutSeconds?: number;
  readonly ledger?: string;
  readonly rounds?: number;
  readonly holdMs?: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    name: { type: "string", default: "zookit" },
    identifier: { type: "string", default: "" },
    dialect: { type: "string", default: "curator" },
    "session-timeout-ms": { type: "string", default: "4000" },
  },
});
const [hosts = "", path = ""] = positionals;
const dialect = values.dialect === "kazoo" ? "kazoo" : "curator";

const zk = await connect(hosts, { sessionTimeoutMs: Number(values["session-timeout-ms"]) });
const lock = new Lock(zk, path, { identifier: values.identifier, dialect });
let handle: LockHandle | undefined;
emit({ event: "ready" });

// The answers to the commands under way at the same time come in any order, as their ids tell them apart.
for await (const line of createInterface({ input: process.stdin })) {
  const command = JSON.parse(line) as Command;
  answer(command).then(
    (reply) => emit({ id: command.id, ...reply }),
    (error: unknown) => emit({ id: command.id, event: "error", ...describe(error) }),
  );
}
setTimeout(() => process.exit(0), 3_000).unref();
await zk.close();
process.exit(0);

async function answer({ verb, timeoutSeconds, ledger = "", rounds = 0, holdMs = 0 }: Command): Promise<object> {
  switch (verb) {
    case "acquire":
      handle = await lock.acquire(timeoutSeconds === undefined ? {} : { timeoutMs: timeoutSeconds * 1_000 });
      return { event: "acquired", node: handle.path.slice(path.length + 1) };
    case "release":
      await handle?.release();
      return { event: "released" };
    case "contend": {
      const witness = Ledger.at(ledger);
      for (let round = 0; round < rounds; round++) {
        await lock.withLock(() => witness.update(values.name, holdMs));
      }
      return { event: "done", rounds };
    }
    case "contenders":
      return { event: "contenders", contenders: (await lock.contenders()).map(({ identifier }) => identifier) };
    default:
      throw new TypeError(`unknown verb ${verb}`);
  }
}

function describe(error: unknown): { code: string; message: string } {
  const { name, message } = error instanceof Error ? error : new Error(String(error));
  return { code: error instanceof TimeoutError ? "timeout" : name, message };
}

function emit(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
