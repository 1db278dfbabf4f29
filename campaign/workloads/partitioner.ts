import { type Partition, Partitioner } from "@zookit/partitioner";
import { checkCoverage, checkOwners, type Ownership } from "../checkers/owner-intervals.js";
import { groupBy } from "../group-by.js";
import type { Operation } from "../history/event.js";
import type { EndedSession, Part, Records, Workload } from "./workload.js";

const NAME = "partitioner";
const KEY = "a";
const PARTITIONS = Array.from({ length: 12 }, (_, index) => `p${index}`);
/** How often an owner looks whether it still is one. */
const LOOK_EVERY_MS = 50;
/** How many more looks a call may take that was told to end. */
const LONGEST_END_STEPS = 8;
/** An owner looked at least once in so long before the end of a calm, however busy the machine is. */
const SILENCE_MS = 1_000;
const NEVER = Number.POSITIVE_INFINITY;

/** Twelve partitions are divided among all workers; no two own one at a time, and after healing each has an owner. */
export const PARTITIONER_WORKLOAD: Workload = {
  name: NAME,
  progress: [],
  async run(part: Part) {
    while (!part.settling.aborted) await takePart(part);
  },
  check: ({ operations, endedSessions, calms }: Records) => {
    // A session that was ended before its time has been found out long before the end of a calm.
    const seen = ownershipsOf(operations, []);
    const covered = calms.flatMap(({ until }, index) => {
      // Whoever looked shortly before the end of the calm owned it until then.
      const lasting = seen.map((each) =>
        each.until > until - SILENCE_MS && each.until < until ? { ...each, until } : each,
      );
      return checkCoverage(`${NAME}, calm ${index + 1}`, PARTITIONS, lasting, until);
    });
    return { findings: [...checkOwners(NAME, ownershipsOf(operations, endedSessions)), ...covered], exhausted: [] };
  },
};

/** A member for a while: not all of the time, so that partitions move without anybody's failing. */
async function takePart(part: Part): Promise<void> {
  const { zk, root, name, random, settling } = part;
  const leaving = new AbortController();
  const leave = () => leaving.abort(settling.reason);
  settling.addEventListener("abort", leave, { once: true });
  const partitioner = new Partitioner(zk, `${root}/${KEY}`, {
    partitions: PARTITIONS,
    identifier: name,
    settleMs: 200,
  });
  const running = partitioner
    .run((partition) => own(part, partition), { signal: leaving.signal })
    .catch((error) => {
      if (!leaving.signal.aborted || error !== leaving.signal.reason) throw error;
    });
  const staying = async () => {
    await part.pause(random.between(5_000, 20_000));
    while (part.isCalm() && !settling.aborted) await part.pause(LOOK_EVERY_MS);
    leaving.abort(new Error("enough"));
  };
  await Promise.race([running, staying()]);
  await running;
  settling.removeEventListener("abort", leave);
  await part.pause(random.between(50, 500));
}

/** Goes on for a while after it was told to end: the partition must not pass on before. */
async function own({ recorder, zk, pause, settling, random }: Part, partition: Partition): Promise<void> {
  const { name, fencingToken, lost } = partition;
  const { session } = zk;
  const tenure = { partition: name, token: String(fencingToken), session: session.id };
  const owning = recorder.invoke(NAME, KEY, "own", tenure);
  const look = () => recorder.observe(NAME, KEY, "held", () => ({ ...tenure, held: partition.isHeld() }));
  look();
  while (!lost.aborted && !settling.aborted) {
    await pause(LOOK_EVERY_MS);
    look();
  }
  for (let step = random.between(0, LONGEST_END_STEPS); step > 0 && partition.isHeld(); step--) {
    await pause(LOOK_EVERY_MS);
    look();
  }
  // Nobody but the end of the session can have taken it away.
  const isWhole = !session.lost.aborted && session.validUntil > performance.now();
  recorder.complete(owning, "ok", { isWhole });
}

interface Tenure {
  readonly partition: string;
  readonly token: string;
  readonly session: string;
}

/**
 * From the first look at which an owner was told that it is one to the last, or to the end of its call where the session has
 * lived until then. In a session that was ended before its time, to that.
 */
function ownershipsOf(operations: readonly Operation[], endedSessions: readonly EndedSession[]): readonly Ownership[] {
  const endOf = new Map(endedSessions.map(({ session, from }) => [session, from]));
  const lives = ({ end }: Operation, { session }: Tenure) => end < (endOf.get(session) ?? NEVER);
  const nameOf = (process: string, { partition, token }: Tenure) => `${process} ${partition} ${token}`;
  const looks = operations.filter(({ f, output }) => f === "held" && (output as { held: boolean }).held);
  const byTenure = groupBy(
    looks.filter((look) => lives(look, look.output as Tenure)),
    ({ process, output }) => nameOf(process, output as Tenure),
  );
  const whole = new Map<string, number>();
  for (const call of operations.filter(({ f, outcome }) => f === "own" && outcome === "ok")) {
    const { isWhole } = call.output as { isWhole: boolean };
    const tenure = call.input as Tenure;
    if (isWhole && lives(call, tenure)) whole.set(nameOf(call.process, tenure), call.end);
  }
  return [...byTenure].flatMap(([name, its]) => {
    const [first, last] = [its[0], its.at(-1)];
    if (first === undefined || last === undefined) return [];
    const { partition, token } = first.output as Tenure;
    const until = whole.get(name) ?? last.start;
    return [{ partition, owner: first.process, token: BigInt(token), from: first.end, until }];
  });
}
