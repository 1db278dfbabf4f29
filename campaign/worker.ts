/** A worker: a process that runs its part of every workload on one client, until it is told to settle. */
import { setMaxListeners } from "node:events";
import { setTimeout as delay } from "node:timers/promises";
import { connect, TimeoutError, type ZooKeeper } from "@zookit/core";
import { Recorder } from "./history/recorder.js";
import { type Assignment, type Order, type Report, UNHANDLED_REJECTION_CODE } from "./messages.js";
import { Random } from "./random.js";
import { RegisterClient } from "./register/client.js";
import type { Part } from "./workloads/workload.js";
import { rootOf, WORKLOADS } from "./workloads/workloads.js";

const assignment = JSON.parse(process.argv[2] ?? "") as Assignment;
const { name, hosts, sessionTimeoutMs, historyFile, registerPort, seed } = assignment;
const chosen = WORKLOADS.filter((workload) => assignment.workloads.includes(workload.name));

const settling = new AbortController();
// Everything that this process does listens: many of them are no leak.
setMaxListeners(0, settling.signal);
const closing = new AbortController();
let isCalm = false;

function tell(report: Report): void {
  process.send?.(report);
}

/** Blocks the event loop. */
function block(forMs: number): void {
  const until = performance.now() + forMs;
  while (performance.now() < until);
}

function obey(order: Order): void {
  if (order.order === "block") block(order.forMs);
  else if (order.order === "calm") isCalm = order.isCalm;
  else if (order.order === "settle") settling.abort(new Error("the workloads settle"));
  else closing.abort();
}

/** Whatever the nemesis does just now, at last there are servers. */
async function connectAtLast(): Promise<ZooKeeper> {
  for (;;) {
    try {
      return await connect(hosts, { sessionTimeoutMs });
    } catch (error) {
      if (!(error instanceof TimeoutError)) throw error;
    }
  }
}

async function pause(ms: number): Promise<void> {
  await delay(ms, undefined, { signal: settling.signal }).catch(() => {});
}

async function tellSessions(zk: ZooKeeper): Promise<void> {
  for await (const state of zk.states()) {
    if (state === "connected") tell({ report: "session", id: zk.session.id });
  }
}

process.on("message", obey);
process.on("unhandledRejection", (reason) => {
  process.stderr.write(`unhandled rejection: ${reason instanceof Error ? reason.stack : reason}\n`);
  process.exit(UNHANDLED_REJECTION_CODE);
});
// The campaign ends its workers itself, also after an interrupt at the terminal; if it is gone, so are they.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit(1));

const register = new RegisterClient(registerPort);
const recorder = new Recorder(historyFile);
const zk = await connectAtLast();
const telling = tellSessions(zk);
await Promise.all(
  chosen.map(async (workload) => {
    const part: Part = {
      name,
      zk,
      root: rootOf(workload),
      recorder,
      register,
      random: new Random(seed, `${name} ${workload.name}`),
      settling: settling.signal,
      isCalm: () => isCalm,
      holds: (what, isHeld) => tell({ report: "holds", what, isHeld }),
      pause,
    };
    await workload.run(part);
  }),
);
tell({ report: "settled" });
await new Promise<void>((resolve) => {
  if (closing.signal.aborted) resolve();
  else closing.signal.addEventListener("abort", () => resolve());
});
await zk.close();
await telling;
register.close();
process.removeAllListeners("disconnect");
process.disconnect();
