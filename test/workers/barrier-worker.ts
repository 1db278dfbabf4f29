/**
 * A participant of a double barrier in a process of its own.
 *
 * Arguments: hosts, path, parties, session timeout in ms. It prints a JSON line for each event, `entering`, `entered` and
 * `left`, and leaves when it is told a line on its standard input.
 */
import { createInterface } from "node:readline";
import { DoubleBarrier } from "@zookit/barrier";
import { connect } from "@zookit/core";

const [hosts = "", path = "", parties = "", sessionTimeoutMs = ""] = process.argv.slice(2);

function print(event: Record<string, unknown>): void {
  console.log(JSON.stringify(event));
}

await using zk = await connect(hosts, { sessionTimeoutMs: Number(sessionTimeoutMs) });
const barrier = new DoubleBarrier(zk, path, Number(parties));
print({ event: "entering" });
const { generation } = await barrier.enter();
print({ event: "entered", generation });
for await (const _ of createInterface(process.stdin)) break;
await barrier.leave();
print({ event: "left" });
