/** One worker, a process of its own: a member of the group that shares the jobs, and a candidate for its leader. */
import { setTimeout as sleep } from "node:timers/promises";
import { DoubleBarrier } from "@zookit/barrier";
import { connect } from "@zookit/core";
import { Counter } from "@zookit/counter";
import { Election, type Leadership } from "@zookit/election";
import { type Partition, Partitioner, PartitionRevokedError } from "@zookit/partitioner";
import { type ByWorker, monotonicMs } from "./happening.js";
import { LedgerClient } from "./ledger-client.js";
import { type Assignment, DONE, type Order } from "./orders.js";

/** A step of a few milliseconds that took longer than this means that the process stood still. */
const STALL_MS = 1_000;
const STEP_MS = 5;
/** How long a job takes, in milliseconds. */
const JOB_MS = { least: 250, most: 450 };

const assignment = JSON.parse(process.argv[2] ?? "") as Assignment;
const { name, root, jobs } = assignment;
const ledger = new LedgerClient(assignment.ledgerUrl);
/** How long to think in the next job, where the demo has told so. */
let lingerMs: number | undefined;

function tell(what: ByWorker, onSent?: () => void): void {
  process.send?.({ at: monotonicMs(), who: name, ...what }, undefined, undefined, onSent);
}

/**
 * To be called where the process may have been stopped since `before`: says so if it was. Whether the partition is held is
 * asked first of all. Returns the time now.
 */
function noticeStall(before: number, partition: Partition): number {
  const isHeld = partition.isHeld();
  const lost = partition.lost.aborted;
  const now = monotonicMs();
  if (now - before > STALL_MS) tell({ kind: "woke", stalledMs: now - before, isHeld, lost });
  return now;
}

/** Waits in small steps until `end`. */
async function think(end: number, partition: Partition): Promise<void> {
  for (let now = monotonicMs(); now < end; ) {
    await sleep(Math.min(STEP_MS, end - now));
    now = noticeStall(now, partition);
  }
}

/**
 * One job: read which one is next, think, write. It is careless on purpose: it neither asks `isHeld()` before it writes nor
 * watches `lost`, so that nothing but the token stands between a late write and the ledger. False if there is none left, or
 * it was refused.
 */
async function doOne(partition: Partition): Promise<boolean> {
  const { name: key, fencingToken: token } = partition;
  const question = await ledger.read({ partition: key, token });
  if (!question.accepted || question.last >= jobs) return false;
  const read = question.last;
  const readAt = monotonicMs();
  const forMs = lingerMs ?? JOB_MS.least + (JOB_MS.most - JOB_MS.least) * Math.random();
  if (lingerMs !== undefined) {
    lingerMs = undefined;
    tell({ kind: "lingers", partition: key, read, token });
    // The demo may strike while it is being told.
    noticeStall(readAt, partition);
  }
  await think(readAt + forMs, partition);
  const number = read + 1;
  const answer = await ledger.append({ partition: key, number, read, worker: name, token });
  if (answer.accepted) tell({ kind: "did", partition: key, number, token });
  else tell({ kind: "refused", partition: key, number, token, highest: answer.highest });
  return answer.accepted;
}

const zk = await connect(assignment.hosts, { sessionTimeoutMs: assignment.sessionTimeoutMs });
const counter = new Counter(zk, `${root}/count`);
const election = new Election(zk, `${root}/leader`, { identifier: name });
const partitioner = new Partitioner(zk, `${root}/jobs`, { identifier: name, partitions: assignment.partitions });

/** The call for one partition, for as long as it is this worker's. */
async function work(partition: Partition): Promise<void> {
  const { name: key, fencingToken: token, lost } = partition;
  tell({ kind: "takes", partition: key, token, session: zk.session.id });
  while (!lost.aborted && (await doOne(partition))) {
    await counter.increment();
    tell({ kind: "counted" });
  }
  const why = lost.reason instanceof PartitionRevokedError ? "revoked" : "lost";
  tell({ kind: "gives", partition: key, why: lost.aborted ? why : "done" });
}

/** What the leader does: it watches the count, and tells everybody when all is done. */
async function lead(leadership: Leadership, signal: AbortSignal): Promise<void> {
  tell({ kind: "leads", term: leadership.fencingToken, session: zk.session.id });
  for await (const count of counter.watch({ signal })) {
    tell({ kind: "counts", count });
    const numbers = Object.values(await ledger.progress());
    if (numbers.length < assignment.partitions.length || numbers.some((number) => number < jobs)) continue;
    tell({ kind: "proclaims", count });
    await leadership.proclaim(DONE, { signal });
    break;
  }
  // In office until everybody has heard it.
  await new Promise((resolve) => signal.addEventListener("abort", resolve, { once: true }));
}

/** Works and stands for election until some leader says that all is done. */
async function takePart(): Promise<void> {
  const end = new AbortController();
  const { signal } = end;
  const ignoreEnd = (error: unknown) => {
    if (error !== signal.reason) throw error;
  };
  const parts = [election.run(lead, { signal }), partitioner.run(work, { signal })].map((part) =>
    part.catch(ignoreEnd),
  );
  const heard = (async () => {
    for await (const leader of election.observe({ signal })) if (leader?.data.toString() === DONE) return;
  })();
  // Whichever fails ends the whole.
  await Promise.race([heard, ...parts]);
  end.abort(new Error("all is done"));
  await Promise.all(parts);
}

// The demo ends its workers itself, also after an interrupt at the terminal; if it is gone, so are they.
process.on("SIGINT", () => {});
process.on("disconnect", () => process.exit(1));

const going = new Promise<void>((resolve) => {
  process.on("message", (message: Order) => {
    if (message.order === "go") resolve();
    else lingerMs = message.forMs;
  });
});
// Whatever is slow the first time only, such as loading the HTTP client, is done before the race begins.
await ledger.progress();
tell({ kind: "connected", session: zk.session.id, timeoutMs: zk.session.timeoutMs });
await going;

const { founders } = assignment;
const barrier = founders === undefined ? undefined : new DoubleBarrier(zk, `${root}/start`, founders);
if (barrier !== undefined) tell({ kind: "arrives" });
const membership = await barrier?.enter();
if (membership !== undefined) tell({ kind: "entered", generation: membership.generation });
await takePart();
if (membership?.lost.aborted) tell({ kind: "left", isTogether: false });
else if (barrier !== undefined) {
  await barrier.leave();
  tell({ kind: "left", isTogether: true });
}
await zk.close();
process.removeAllListeners("disconnect");
tell({ kind: "finished" }, () => process.disconnect());
