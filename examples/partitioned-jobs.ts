/** Three workers share a set of jobs: each job is with one of them, and moves only when it must. */
import { setTimeout as pause } from "node:timers/promises";
import { connect } from "@zookit/core";
import { type Partition, Partitioner } from "@zookit/partitioner";

const shutdown = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => shutdown.abort(new Error(`stopped by ${name}`)));

const hosts = process.env["ZOOKEEPER_HOSTS"] ?? "127.0.0.1:2181";
const partitions = ["invoices", "reminders", "reports", "backups", "imports", "exports"];

/** Stands for your work: until it is told to end, it does the job, and writes with the token. */
async function work(worker: string, { name, fencingToken, lost }: Partition): Promise<void> {
  console.log(`${worker} begins with ${name}, token ${fencingToken}`);
  if (!lost.aborted) await new Promise((resolve) => lost.addEventListener("abort", resolve, { once: true }));
  console.log(`${worker} ends with ${name}`);
}

/** In a service this is one process: its client, its partitioner, its run. */
async function worker(identifier: string, signal: AbortSignal): Promise<void> {
  await using zk = await connect(hosts, { signal });
  const jobs = new Partitioner(zk, "/zookit-examples/jobs", { partitions, identifier, settleMs: 200 });
  await jobs
    .run((partition) => work(identifier, partition), { signal })
    .catch((error) => {
      if (error !== signal.reason) throw error;
    });
}

await using zk = await connect(hosts, { signal: shutdown.signal });
const first = new AbortController();
shutdown.signal.addEventListener("abort", () => first.abort(shutdown.signal.reason));
const running = [
  worker("worker-1", first.signal),
  worker("worker-2", shutdown.signal),
  worker("worker-3", shutdown.signal),
];

/** The first one leaves when all three have had their share for a moment; when the others have all of it, the example ends. */
async function follow(signal: AbortSignal): Promise<void> {
  for await (const { members } of new Partitioner(zk, "/zookit-examples/jobs", { partitions }).watch({ signal })) {
    if (members.length > 0)
      console.log(members.map(({ identifier, partitions }) => `${identifier}: ${partitions.length}`).join(", "));
    if (members.length === 3 || first.signal.aborted) await pause(500);
    if (members.length === 3) first.abort(new Error("enough for worker-1"));
    else if (first.signal.aborted) break;
  }
}

// When the example is stopped, there is nobody left to change anything that could be watched; the workers come to an end.
await follow(shutdown.signal).catch((error) => {
  if (error !== shutdown.signal.reason) throw error;
});
await running[0];
shutdown.abort(new Error("enough"));
await Promise.all(running);
