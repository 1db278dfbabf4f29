/**
 * A service that always has many requests under way, so that answers to some are read while others are being sent.
 *
 * Arguments: hosts, number of concurrent readers. It prints a JSON line whenever the client loses its server or has one
 * again, and at the end what went wrong, which is nothing but time-outs and lost connections.
 */
import { once } from "node:events";
import { ConnectionLossError, connect, SessionLostError, TimeoutError } from "@zookit/core";

const [hosts = "", readers = ""] = process.argv.slice(2);
const EXPECTED = [ConnectionLossError, SessionLostError, TimeoutError];

function print(event: Record<string, unknown>): void {
  console.log(JSON.stringify(event));
}

await using zk = await connect(hosts, { sessionTimeoutMs: 4_000 });
await zk.create("/busy", "x".repeat(1_000)).catch(() => {});
const errors: string[] = [];
let isEnding = false;

async function read(): Promise<void> {
  while (!isEnding) {
    await zk.get("/busy").catch((error) => {
      if (!EXPECTED.some((expected) => error instanceof expected)) errors.push(String(error));
    });
  }
}

async function report(): Promise<void> {
  let cuts = 0;
  let isConnected = true;
  for await (const state of zk.states()) {
    if (isConnected && state !== "connected") print({ event: `suspended-${++cuts}` });
    if (!isConnected && state === "connected") print({ event: `connected-${cuts}` });
    isConnected = state === "connected";
  }
}

void report();
const reading = Array.from({ length: Number(readers) }, read);
print({ event: "busy" });
await once(process.stdin, "data");
isEnding = true;
await Promise.all(reading);
print({ event: "ended", errors });
