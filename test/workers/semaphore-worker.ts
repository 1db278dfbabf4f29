/**
 * A service in a process of its own: takes a permit and holds it until it is ended.
 *
 * Arguments: hosts, path, limit, session timeout in ms. It prints a JSON line for each event.
 */
import { connect } from "@zookit/core";
import { Semaphore } from "@zookit/lock";

const [hosts = "", path = "", limit = "", sessionTimeoutMs = ""] = process.argv.slice(2);

function print(event: Record<string, unknown>): void {
  console.log(JSON.stringify(event));
}

await using zk = await connect(hosts, { sessionTimeoutMs: Number(sessionTimeoutMs) });
const handle = await new Semaphore(zk, path, Number(limit)).acquire();
handle.lost.addEventListener("abort", () => print({ event: "lost", held: handle.isHeld() }));
print({ event: "held", token: String(handle.fencingToken) });
// Ends with its standard input.
for await (const _ of process.stdin);
