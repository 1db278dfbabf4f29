/**
 * A service in a process of its own: takes a read/write lock for writing, and holds it until it is killed.
 *
 * Arguments: hosts, lock path, session timeout in ms, and `downgrade` if it is to go on as a reader. It prints a JSON line for
 * each event.
 */
import { connect } from "@zookit/core";
import { ReadWriteLock } from "@zookit/lock";

const [hosts = "", path = "", sessionTimeoutMs = "", then = ""] = process.argv.slice(2);

function print(event: Record<string, unknown>): void {
  console.log(JSON.stringify(event));
}

const zk = await connect(hosts, { sessionTimeoutMs: Number(sessionTimeoutMs) });
const writer = await new ReadWriteLock(zk, path).write.acquire();
const handle = then === "downgrade" ? await writer.downgrade() : writer;
handle.lost.addEventListener("abort", () => print({ event: "lost", held: handle.isHeld() }));
print({ event: "held", path: handle.path, token: String(handle.fencingToken) });
