/** A rate limit for something that all processes share: so many calls at a time, and each call takes at least so long. */
import { setTimeout as delay } from "node:timers/promises";
import { connect } from "@zookit/core";
import { Semaphore } from "@zookit/lock";

const CALLS = 3;
const PER_MS = 200;

const shutdown = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => shutdown.abort(new Error(`stopped by ${name}`)));

await using zk = await connect(process.env["ZOOKEEPER_HOSTS"] ?? "127.0.0.1:2181", { signal: shutdown.signal });
const semaphore = new Semaphore(zk, "/zookit-examples/geocoder", CALLS);

const begun = performance.now();
await Promise.all(["Aachen", "Basel", "Cork", "Delft", "Espoo", "Fès", "Graz"].map(limitedCall));
const elapsedMs = performance.now() - begun;
console.log(`7 calls, ${CALLS} at a time: ${elapsedMs >= 3 * PER_MS ? "never faster than allowed" : "too fast"}`);

// For everybody, at once: nobody has to be restarted.
await semaphore.setLimit(CALLS + 1);
console.log(`from now on ${await semaphore.limit()} at a time`);
await semaphore.setLimit(CALLS);

/** At most `CALLS` at a time, each for no less than `PER_MS`: so at most `CALLS` begin within any `PER_MS`. */
async function limitedCall(town: string): Promise<void> {
  const options = { signal: shutdown.signal, timeoutMs: 30_000 };
  await semaphore.withPermits(async ({ lost }) => {
    await Promise.all([geocode(town, lost), delay(PER_MS, undefined, { signal: lost })]);
  }, options);
}

/** Stands for a service that permits so many calls. It should give up on `signal`: somebody else may have the permit then. */
async function geocode(town: string, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  console.log(`asked for ${town}`);
}
