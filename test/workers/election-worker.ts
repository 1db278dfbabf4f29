/**
 * A service in a process of its own: runs for leader until it is told otherwise.
 *
 * Arguments: hosts, election path, session timeout in ms, identifier, and the dialect unless it is the default. It prints a JSON line for each event, with the time of
 * the machine's monotonic clock, and takes lines on its standard input: `campaign` runs for leader, `resign` ends the term,
 * `quit` ends the process.
 */
import { createInterface } from "node:readline";
import { connect } from "@zookit/core";
import { Election, type Leadership } from "@zookit/election";

const [hosts = "", path = "", sessionTimeoutMs = "", identifier = "", dialect = "curator"] = process.argv.slice(2);

function print(event: Record<string, unknown>): void {
  console.log(JSON.stringify({ ...event, atNs: String(process.hrtime.bigint()) }));
}

await using zk = await connect(hosts, { sessionTimeoutMs: Number(sessionTimeoutMs) });
const election = new Election(zk, path, { identifier, dialect: dialect === "kazoo" ? "kazoo" : "curator" });
let leadership: Leadership | undefined;
let terms = 0;
print({ event: "ready" });

async function campaign(): Promise<void> {
  leadership = await election.campaign();
  const { fencingToken, lost } = leadership;
  print({ event: `elected-${++terms}`, token: String(fencingToken) });
  lost.addEventListener("abort", () => print({ event: "lost", held: leadership?.isHeld() }));
}

for await (const line of createInterface(process.stdin)) {
  if (line === "campaign") void campaign();
  if (line === "resign") {
    print({ event: `resigning-${terms}` });
    await leadership?.resign();
  }
  if (line === "quit") break;
}
