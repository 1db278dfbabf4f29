/** A critical section that only one process at a time is in, wherever the processes run. */
import { connect } from "@zookit/core";
import { withLock } from "@zookit/lock";

const shutdown = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => shutdown.abort(new Error(`stopped by ${name}`)));

await using zk = await connect(process.env["ZOOKEEPER_HOSTS"] ?? "127.0.0.1:2181", { signal: shutdown.signal });

const written = await withLock(
  zk,
  "/zookit-examples/report",
  async (handle) => {
    console.log(`holding the lock with fencing token ${handle.fencingToken}`);
    return await writeReport("all is well", handle.fencingToken, handle.lost);
  },
  { signal: shutdown.signal, timeoutMs: 30_000 },
);
console.log(`released the lock after writing ${written}`);

/** Stands for your storage: it should refuse a token lower than the highest it has seen, and give up on `signal`. */
async function writeReport(text: string, fencingToken: bigint, signal: AbortSignal): Promise<string> {
  signal.throwIfAborted();
  return `"${text}" under token ${fencingToken}`;
}
