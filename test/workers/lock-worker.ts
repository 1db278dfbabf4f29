/**
 * A service in a process of its own: takes a lock and holds it until it is told otherwise.
 *
 * Arguments: hosts, lock path, session timeout in ms. It prints a JSON line for each event, and takes lines on its standard
 * input: `block <ms>` blocks the event loop and reports what the first line of code afterwards sees; `release` ends it.
 */
import { createInterface } from "node:readline";
import { connect } from "@zookit/core";
import { Lock } from "@zookit/lock";

const [hosts = "", path = "", sessionTimeoutMs = ""] = process.argv.slice(2);

function print(event: Record<string, unknown>): void {
  console.log(JSON.stringify(event));
}

function blockFor(durationMs: number): void {
  const until = performance.now() + durationMs;
  while (performance.now() < until);
}

await using zk = await connect(hosts, { sessionTimeoutMs: Number(sessionTimeoutMs) });
print({ event: "waiting" });
const handle = await new Lock(zk, path).acquire();
handle.lost.addEventListener("abort", () => print({ event: "lost", held: handle.isHeld() }));
print({ event: "held", path: handle.path, token: String(handle.fencingToken) });

for await (const line of createInterface(process.stdin)) {
  const [command, argument] = line.split(" ");
  if (command === "block") {
    blockFor(Number(argument));
    const held = handle.isHeld();
    print({ event: "unblocked", held });
  } else {
    break;
  }
}
await handle.release();
print({ event: "released" });
