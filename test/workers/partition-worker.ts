/** A member of a partitioner that says which partitions it begins and ends, and stops when it is told to. */
import { createInterface } from "node:readline";
import { connect } from "@zookit/core";
import { Partitioner } from "@zookit/partitioner";

const [hosts = "", path = "", identifier = "", count = "1", sessionTimeoutMs = "2500"] = process.argv.slice(2);
const say = (event: string, fields: object = {}) => process.stdout.write(`${JSON.stringify({ event, ...fields })}\n`);

const stop = new AbortController();
createInterface({ input: process.stdin }).on("line", () => stop.abort(new Error("told to stop")));

await using zk = await connect(hosts, { sessionTimeoutMs: Number(sessionTimeoutMs) });
const partitions = Array.from({ length: Number(count) }, (_, index) => `p${index}`);
const run = new Partitioner(zk, path, { partitions, identifier, settleMs: 200 }).run(
  async ({ name, fencingToken, lost }) => {
    say("begin", { name, token: String(fencingToken) });
    if (!lost.aborted) await new Promise((resolve) => lost.addEventListener("abort", resolve, { once: true }));
    say("end", { name, why: lost.reason.code });
  },
  { signal: stop.signal },
);
await run.catch((error) => say("stopped", { message: error.message }));
process.stdin.destroy();
