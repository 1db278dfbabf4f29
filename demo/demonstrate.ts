import { randomBytes } from "node:crypto";
import { connect, type ZooKeeper } from "@zookit/core";
import { Counter } from "@zookit/counter";
import { Chronicle } from "./chronicle.js";
import type { Ending } from "./ending.js";
import { monotonicMs } from "./happening.js";
import { Layout } from "./layout.js";
import { Ledger } from "./ledger.js";
import { LedgerServer } from "./ledger-server.js";
import { Narrator } from "./narrator.js";
import type { Options } from "./options.js";
import type { Paint } from "./paint.js";
import { play, type Victims } from "./plot.js";
import { openServers, temporaryFile } from "./surroundings.js";
import { TimeLine } from "./time-line.js";
import { seconds } from "./units.js";
import { type Check, judge } from "./verdict.js";
import { WorkerProcess, Workers } from "./worker-process.js";

/** For everything but the start of the servers, which has limits of its own. */
const DEADLINE_MS = 120_000;

/** Runs the demo from the start of the servers to the verdict, and leaves nothing behind, however it ends. */
export async function demonstrate(
  options: Options,
  ending: Ending,
  paint: Paint,
  print: (text: string) => void,
): Promise<readonly Check[]> {
  const { founders, newcomer, partitions, jobs, fencing } = options;
  const { signal } = ending;
  const names = [...founders, newcomer];
  const layout = new Layout(paint, names);
  print(layout.title("zookit: several processes share a set of jobs"));

  await using servers = await openServers(options.servers);
  signal.throwIfAborted();
  ending.within(DEADLINE_MS);
  print(layout.fact("ZooKeeper", servers.description));

  await using file = await temporaryFile("ledger.jsonl");
  const ledger = new Ledger(file.path, fencing);
  await using ledgerServer = await LedgerServer.start(ledger);
  const rule = fencing ? "refuses a token lower than the highest it has seen" : "ACCEPTS ANY TOKEN";
  print(layout.fact("jobs", `${jobs} in each of ${partitions.length} partitions; the ledger of those done ${rule}`));

  await using zk = await connect(servers.hosts, { signal });
  await using root = await temporaryZnode(zk, `/zookit-demo-${randomBytes(8).toString("hex")}`);
  const chronicle = new Chronicle();
  const assignment = {
    hosts: servers.hosts,
    root: root.path,
    ledgerUrl: ledgerServer.url,
    partitions,
    jobs,
    sessionTimeoutMs: options.sessionTimeoutMs,
  };
  await using workers = new Workers(
    names.map((name) => {
      const isFounder = name !== newcomer;
      const own = { ...assignment, name, founders: isFounder ? founders.length : undefined };
      return new WorkerProcess(own, chronicle, ending.now);
    }),
  );
  await chronicle.until(() => chronicle.count("connected") === names.length, signal);
  const sessionTimeoutMs = Math.max(...chronicle.of("connected").map(({ timeoutMs }) => timeoutMs));
  const tick = `${servers.isTickAssumed ? "taken to be " : ""}${seconds(servers.tickMs)}`;
  print(layout.fact("workers", `${founders.join(" ")}: one process and one session each; ${newcomer} joins later`));
  print(
    layout.fact("sessions", `end ${seconds(sessionTimeoutMs)} after the last contact; the servers' tick is ${tick}`),
  );
  print(layout.heading());

  const total = partitions.length * jobs;
  const victims = await narrated(chronicle, layout, total, print, () => {
    const [last, ...others] = [...workers.all].reverse();
    if (last === undefined) throw new Error("there are no workers");
    return play({ founders: others.reverse(), newcomer: last, chronicle, total, sessionTimeoutMs, signal });
  });
  const { happenings } = chronicle;
  const { tickMs } = servers;
  const count = await new Counter(zk, `${root.path}/count`).get({ signal });
  const entries = ledger.entries();
  const cast = { founders, newcomer, ...victims };
  return judge({ happenings, entries, count, partitions, jobs, ...cast, sessionTimeoutMs, tickMs });
}

/** Prints the time line while `run` runs. */
async function narrated(
  chronicle: Chronicle,
  layout: Layout,
  total: number,
  print: (text: string) => void,
  run: () => Promise<Victims>,
): Promise<Victims> {
  const narrator = new Narrator(monotonicMs(), layout.names, total);
  using timeLine = new TimeLine(monotonicMs, (happening) => {
    for (const row of narrator.tell(happening)) print(layout.row(row));
  });
  for (const happening of chronicle.happenings) timeLine.add(happening);
  chronicle.onHappening((happening) => timeLine.add(happening));
  return await run();
}

/** A znode that is deleted with everything below it. */
async function temporaryZnode(zk: ZooKeeper, path: string): Promise<{ readonly path: string } & AsyncDisposable> {
  await zk.create(path);
  return { path, [Symbol.asyncDispose]: async () => await zk.delete(path, { recursive: true }) };
}
