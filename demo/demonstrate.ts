import { randomBytes } from "node:crypto";
import { connect } from "@zookit/core";
import { Lock } from "@zookit/lock";
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
import { Service, Services } from "./service.js";
import { openServers, temporaryFile } from "./surroundings.js";
import { TimeLine } from "./time-line.js";
import { seconds } from "./units.js";
import { type Check, judge } from "./verdict.js";

/** For everything but the start of the servers, which has limits of its own. */
const DEADLINE_MS = 90_000;

/** Runs the demo from the start of the servers to the verdict, and leaves nothing behind, however it ends. */
export async function demonstrate(
  options: Options,
  ending: Ending,
  paint: Paint,
  print: (text: string) => void,
): Promise<readonly Check[]> {
  const { services: names, appends, fencing } = options;
  const { signal } = ending;
  const layout = new Layout(paint, names);
  print(layout.title("zookit: several processes, one ledger, one lock"));

  await using servers = await openServers(options.servers);
  signal.throwIfAborted();
  ending.within(DEADLINE_MS);
  print(layout.fact("ZooKeeper", servers.description));

  await using file = await temporaryFile("ledger.jsonl");
  const ledger = new Ledger(file.path, fencing);
  await using ledgerServer = await LedgerServer.start(ledger);
  print(layout.fact("ledger", fencing ? "refuses a token lower than the highest it has seen" : "ACCEPTS ANY TOKEN"));

  await using zk = await connect(servers.hosts, { signal });
  // The lock's znode is a container: the servers remove it some time after its last contender has gone.
  const lock = new Lock(zk, `/zookit-demo-${randomBytes(8).toString("hex")}`);
  const chronicle = new Chronicle();
  const assignment = {
    hosts: servers.hosts,
    lockPath: lock.path,
    ledgerUrl: ledgerServer.url,
    appends,
    sessionTimeoutMs: options.sessionTimeoutMs,
  };
  await using services = new Services(names.map((name) => new Service({ ...assignment, name }, chronicle, ending.now)));
  await chronicle.until(() => chronicle.count("connected") === names.length, signal);
  const sessionTimeoutMs = Math.max(...chronicle.of("connected").map(({ timeoutMs }) => timeoutMs));
  const tick = `${servers.isTickAssumed ? "taken to be " : ""}${seconds(servers.tickMs)}`;
  print(
    layout.fact("services", `${names.join(" ")}: one process and one session each, to write ${appends} lines each`),
  );
  print(
    layout.fact("sessions", `end ${seconds(sessionTimeoutMs)} after the last contact; the servers' tick is ${tick}`),
  );
  print(layout.heading());

  const victims = await narrated(chronicle, layout, print, () =>
    play({ services: services.all, chronicle, lock, appends, sessionTimeoutMs, signal }),
  );
  const { happenings } = chronicle;
  const { tickMs } = servers;
  const entries = ledger.entries();
  return judge({ happenings, entries, services: names, appends, ...victims, sessionTimeoutMs, tickMs });
}

/** Prints the time line while `run` runs. */
async function narrated(
  chronicle: Chronicle,
  layout: Layout,
  print: (text: string) => void,
  run: () => Promise<Victims>,
): Promise<Victims> {
  const narrator = new Narrator(monotonicMs(), layout.names);
  using timeLine = new TimeLine(monotonicMs, (happening) => {
    for (const row of narrator.tell(happening)) print(layout.row(row));
  });
  for (const happening of chronicle.happenings) timeLine.add(happening);
  chronicle.onHappening((happening) => timeLine.add(happening));
  return await run();
}
