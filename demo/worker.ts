/** One service, a process of its own: appends to the ledger, one line in each with-lock block. */
import { setTimeout as sleep } from "node:timers/promises";
import { connect, type ZooKeeper } from "@zookit/core";
import { type LockHandle, LockLostError, withLock } from "@zookit/lock";
import { type ByService, monotonicMs } from "./happening.js";
import { LedgerClient } from "./ledger-client.js";
import type { Assignment, Order } from "./orders.js";

/** A step of a few milliseconds that took longer than this means that the process stood still. */
const STALL_MS = 1_000;
const STEP_MS = 5;

const { name, hosts, lockPath, ledgerUrl, appends, sessionTimeoutMs } = JSON.parse(process.argv[2] ?? "") as Assignment;
const ledger = new LedgerClient(ledgerUrl);
/** How long to think in the next block, where the demo has told so. */
let lingerMs: number | undefined;
/** Lines that the ledger has acknowledged. */
let done = 0;

function tell(what: ByService, onSent?: () => void): void {
  process.send?.({ at: monotonicMs(), who: name, ...what }, undefined, undefined, onSent);
}

/**
 * To be called where the process may have been stopped since `before`: says so if it was. Whether the lock is held is
 * asked first of all. Returns the time now.
 */
function noticeStall(before: number, handle: LockHandle): number {
  const isHeld = handle.isHeld();
  const lost = handle.lost.aborted;
  const now = monotonicMs();
  if (now - before > STALL_MS) tell({ kind: "woke", stalledMs: now - before, isHeld, lost });
  return now;
}

/** Waits in small steps until `end`. */
async function think(end: number, handle: LockHandle): Promise<void> {
  for (let now = monotonicMs(); now < end; ) {
    await sleep(Math.min(STEP_MS, end - now));
    now = noticeStall(now, handle);
  }
}

/**
 * The critical section: read, think, write. It is careless on purpose: it neither asks `isHeld()` before it writes nor
 * watches `lost`, so that nothing but the token stands between a late write and the ledger.
 */
async function appendOne(handle: LockHandle, session: string): Promise<void> {
  const token = handle.fencingToken;
  tell({ kind: "holds", token, session });
  const read = await ledger.lastNumber();
  const readAt = monotonicMs();
  const forMs = lingerMs ?? 2 + 8 * Math.random();
  if (lingerMs !== undefined) {
    lingerMs = undefined;
    tell({ kind: "lingers", read, token });
    // The demo may strike while it is being told.
    noticeStall(readAt, handle);
  }
  await think(readAt + forMs, handle);
  const number = read + 1;
  const answer = await ledger.append({ number, read, service: name, token });
  if (!answer.accepted) {
    tell({ kind: "refused", number, token, highest: answer.highest });
    throw new Error(`the ledger refused token ${token}: it has seen ${answer.highest}`);
  }
  tell({ kind: "appended", number, token });
  done += 1;
  tell({ kind: "left" });
}

async function work(zk: ZooKeeper): Promise<void> {
  while (done < appends) {
    tell({ kind: "waits" });
    try {
      await withLock(zk, lockPath, (handle) => appendOne(handle, zk.session.id), { identifier: name });
    } catch (error) {
      if (!(error instanceof LockLostError)) throw error;
      tell({ kind: "lock-lost" });
    }
  }
}

// The demo ends its services itself, also after an interrupt at the terminal; if it is gone, so are they.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit(1));

const zk = await connect(hosts, { sessionTimeoutMs });
const going = new Promise<void>((resolve) => {
  process.on("message", (message: Order) => {
    if (message.order === "go") resolve();
    else lingerMs = message.forMs;
  });
});
// Whatever is slow the first time only, such as loading the HTTP client, is done before the race begins.
await ledger.lastNumber();
tell({ kind: "connected", session: zk.session.id, timeoutMs: zk.session.timeoutMs });
await going;
await work(zk);
await zk.close();
process.removeAllListeners("disconnect");
tell({ kind: "finished" }, () => process.disconnect());
