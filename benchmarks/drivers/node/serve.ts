import { createInterface } from "node:readline";
import type { Figures, Preparation } from "../../src/driver.js";
import type { Params } from "../../src/workload.js";

/** What a run has done. Time and CPU are measured around it. */
export type Outcome = Pick<Figures, "operations"> & Partial<Figures>;

/** A work that is ready to be done, again and again. */
type Run = (budgetMs: number) => Promise<Outcome>;

/** What a work gets to prepare itself. `Client` is a connection of whatever is measured. */
interface Setting<Client> {
  /** A new session; it is closed when the work is finished. */
  connect(): Promise<Client>;
  readonly path: string;
  readonly params: Required<Params>;
}

/** One work of one peer: prepares it, and returns how it is done. */
export type Work<Client> = (setting: Setting<Client>) => Promise<Run>;

export interface Peer<Client> {
  readonly works: Readonly<Record<string, Work<Client>>>;
  connect(hosts: string, sessionTimeoutMs: number): Promise<Client>;
  close(client: Client): Promise<void>;
}

const DEFAULTS: Required<Params> = {
  tasks: 1,
  threads: 1,
  locks: 1,
  clients: 1,
  members: 1,
  items: 1,
  limit: 1,
  parties: 1,
  partitions: 1,
  timeBoundaryMs: 0,
  index: 0,
};

/** Does what standard input asks for, until it ends; see README.md for the protocol. */
export async function serve<Client>(peer: Peer<Client>): Promise<void> {
  let clients: Promise<Client>[] = [];
  let work: Run = async () => ({ operations: 0 });
  emit({ event: "ready" });
  for await (const line of createInterface({ input: process.stdin })) {
    const command = JSON.parse(line) as { id: number; verb: string; budgetMs: number } & Preparation;
    try {
      emit({ id: command.id, event: "done", ...(await answer(command)) });
    } catch (error) {
      emit({ id: command.id, event: "error", code: (error as Error).name, message: (error as Error).stack });
    }
  }
  process.exit(0);

  async function answer(command: { verb: string; budgetMs: number } & Preparation): Promise<object> {
    const { verb, path, params, hosts, sessionTimeoutMs } = command;
    if (verb === "run") return { figures: await timed(() => work(command.budgetMs)) };
    if (verb === "finish") {
      const closing = clients;
      clients = [];
      await Promise.all(closing.map(async (client) => peer.close(await client)));
      return {};
    }
    const prepare = peer.works[command.work];
    if (prepare === undefined) throw new Error(`no work ${command.work}`);
    const connect = () => {
      const client = peer.connect(hosts, sessionTimeoutMs);
      clients.push(client);
      return client;
    };
    work = await prepare({ connect, path, params: { ...DEFAULTS, ...params } });
    return {};
  }
}

async function timed(run: () => Promise<Outcome>): Promise<Figures> {
  const [cpu, begun] = [process.cpuUsage(), performance.now()];
  const outcome = await run();
  const elapsedMs = performance.now() - begun;
  const { user, system } = process.cpuUsage(cpu);
  return { elapsedMs, cpuMs: (user + system) / 1_000, ...outcome };
}

function emit(event: object): void {
  process.stdout.write(`${JSON.stringify(event)}\n`);
}
