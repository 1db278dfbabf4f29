/**
 * A start and a stop in two phases: nobody serves before everybody is ready, and nobody goes away before everybody has done.
 * Each worker would be a process of its own, on a machine of its own; here three of them run in one.
 */
import { DoubleBarrier } from "@zookit/barrier";
import { connect } from "@zookit/core";

const WORKERS = 3;
const shutdown = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => shutdown.abort(new Error(`stopped by ${name}`)));

await Promise.all(Array.from({ length: WORKERS }, (_, index) => work(`worker-${index + 1}`)));

async function work(name: string): Promise<void> {
  const options = { signal: shutdown.signal, timeoutMs: 30_000 };
  await using zk = await connect(process.env["ZOOKEEPER_HOSTS"] ?? "127.0.0.1:2181", { signal: shutdown.signal });
  // With an identifier a worker that is started again is not counted beside what its crashed predecessor has left.
  const barrier = new DoubleBarrier(zk, "/zookit-examples/start", WORKERS, { identifier: name });

  console.log(`${name} is ready`);
  await using membership = await barrier.enter(options);
  await serve(name, membership.lost);
  await barrier.leave(options);
  console.log(`${name} goes away`);
}

/** Stands for your service: it should give up on `lost`, when the others do not count on it any more. */
async function serve(name: string, lost: AbortSignal): Promise<void> {
  lost.throwIfAborted();
  console.log(`${name} serves`);
}
