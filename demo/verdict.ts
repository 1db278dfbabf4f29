import { type Happening, type HappeningOf, happeningsOf } from "./happening.js";
import type { Entry } from "./ledger.js";
import { duration, seconds } from "./units.js";

/** What the verdict is reached from. */
export interface Evidence {
  readonly happenings: readonly Happening[];
  /** The ledger, read from its file at the end. */
  readonly entries: readonly Entry[];
  /** What the counter says at the end. */
  readonly count: number;
  readonly founders: readonly string[];
  readonly newcomer: string;
  readonly partitions: readonly string[];
  /** Jobs of each partition. */
  readonly jobs: number;
  readonly killed: string;
  readonly frozen: string;
  readonly sessionTimeoutMs: number;
  readonly tickMs: number;
}

export interface Check {
  readonly isOk: boolean;
  readonly claim: string;
  /** What was found, in a few words. */
  readonly finding: string;
}

/** Grace for processes to be scheduled and for a few round trips, beyond what ZooKeeper itself may take. */
const GRACE_MS = 1_000;

export function judge(evidence: Evidence): readonly Check[] {
  return [
    allMetBeforeAnyBegan(evidence),
    newcomerGotItsShare(evidence),
    leaderWasSucceeded(evidence),
    killedWorkerWasSucceeded(evidence),
    frozenWorkerKnew(evidence),
    lateWritesWereRefused(evidence),
    tokensRise(evidence),
    everyJobOnce(evidence),
    allAcknowledgedAreThere(evidence),
    allWereCounted(evidence),
    allLeftTogether(evidence),
  ];
}

/** Those of `kind` in the order of time. */
function of<K extends Happening["kind"]>({ happenings }: Evidence, kind: K, who?: string): HappeningOf<K>[] {
  return [...happeningsOf(happenings, kind, who)].sort((a, b) => a.at - b.at);
}

function allMetBeforeAnyBegan(evidence: Evidence): Check {
  const arrived = of(evidence, "arrives").at(-1);
  const entered = of(evidence, "entered");
  const generations = new Set(entered.map(({ generation }) => generation));
  const [first] = entered;
  return {
    claim: "nobody began before all were there",
    isOk:
      entered.length === evidence.founders.length && generations.size === 1 && (arrived?.at ?? 0) <= (first?.at ?? 0),
    finding: `${entered.length} entered, the first ${duration((first?.at ?? 0) - (arrived?.at ?? 0))} after the last had come`,
  };
}

/** Partitions that changed hands between the newcomer's arrival and the next event. */
function newcomerGotItsShare(evidence: Evidence): Check {
  const { founders, newcomer, partitions, killed } = evidence;
  const joined = of(evidence, "joins")[0]?.at ?? Number.NaN;
  const next = of(evidence, "killed", killed)[0]?.at ?? Number.NaN;
  const moved = of(evidence, "takes").filter(({ at }) => at > joined && at < next);
  const share = Math.floor(partitions.length / (founders.length + 1));
  const others = moved.filter(({ who }) => who !== newcomer);
  return {
    claim: "the newcomer got its share, nothing else moved",
    isOk: moved.length - others.length === share && others.length === 0,
    finding: `${moved.length - others.length} of ${partitions.length} moved to it, ${others.length} elsewhere`,
  };
}

function leaderWasSucceeded(evidence: Evidence): Check {
  const { killed } = evidence;
  const terms = of(evidence, "leads");
  const kill = of(evidence, "killed", killed)[0]?.at ?? Number.NaN;
  const next = terms.find(({ at }) => at > kill);
  const rise = terms.every(({ term }, index) => index === 0 || term > (terms[index - 1]?.term ?? term));
  return inTime(evidence, "the killed leader was succeeded", next && rise ? next.at - kill : undefined);
}

/** Every partition that it had and that was not done is taken by somebody else. */
function killedWorkerWasSucceeded(evidence: Evidence): Check {
  const { killed, jobs } = evidence;
  const kill = of(evidence, "killed", killed)[0]?.at ?? Number.NaN;
  const given = new Set(of(evidence, "gives", killed).map(({ partition }) => partition));
  const had = of(evidence, "takes", killed).filter(({ partition }) => !given.has(partition));
  const took = had.map(({ partition, token }) => {
    const next = of(evidence, "takes").find((one) => one.partition === partition && one.token > token);
    return next && next.at - kill;
  });
  const isDone = jobs > 0 && had.length > 0 && took.every((ms) => ms !== undefined);
  return inTime(evidence, "so was it in its partitions", isDone ? Math.max(...took.map((ms) => ms ?? 0)) : undefined);
}

function inTime({ sessionTimeoutMs, tickMs }: Evidence, claim: string, tookMs: number | undefined): Check {
  const limitMs = sessionTimeoutMs + tickMs + GRACE_MS;
  return {
    claim,
    isOk: tookMs !== undefined && tookMs <= limitMs,
    finding: `${tookMs === undefined ? "never" : `after ${duration(tookMs)}`}; at most ${seconds(limitMs)} allowed`,
  };
}

function frozenWorkerKnew(evidence: Evidence): Check {
  const woke = of(evidence, "woke", evidence.frozen);
  const [first] = woke;
  return {
    claim: "the frozen worker knew at once",
    isOk: first !== undefined && woke.every(({ isHeld, lost }) => !isHeld && lost),
    finding: first
      ? `first line after ${duration(first.stalledMs)}: isHeld() ${first.isHeld}, lost ${first.lost ? "" : "not "}aborted`
      : "it was never stopped inside",
  };
}

function lateWritesWereRefused(evidence: Evidence): Check {
  const { frozen, entries } = evidence;
  const lingers = of(evidence, "lingers", frozen)[0];
  const refusals = of(evidence, "refused");
  const refusal = refusals.find(({ who, token }) => who === frozen && token === lingers?.token);
  const thawed = of(evidence, "thawed", frozen)[0]?.at ?? Number.NaN;
  const slipped = of(evidence, "did", frozen).find(({ at, token }) => at > thawed && token === lingers?.token);
  const isInLedger =
    slipped && entries.some(({ token, number }) => token === slipped.token && number === slipped.number);
  return {
    claim: "its late write was refused",
    isOk: refusal !== undefined && refusal.token < refusal.highest && !isInLedger,
    finding: isInLedger
      ? "it is in the ledger"
      : refusal
        ? `token ${refusal.token} is lower than ${refusal.highest}`
        : "there was none",
  };
}

function tokensRise(evidence: Evidence): Check {
  const takes = of(evidence, "takes");
  const falls = evidence.partitions.flatMap((partition) =>
    [takes, evidence.entries].flatMap((turns) => firstFall(turns.filter((one) => one.partition === partition)) ?? []),
  );
  return {
    claim: "tokens rise from owner to owner",
    isOk: takes.length > 0 && falls.length === 0,
    finding: falls[0] ?? `${takes.length} ownerships of ${evidence.partitions.length} partitions`,
  };
}

function firstFall(turns: readonly { readonly partition: string; readonly token: bigint }[]): string | undefined {
  const wrong = turns.findIndex(({ token }, index) => index > 0 && token < (turns[index - 1]?.token ?? 0n));
  const turn = turns[wrong];
  return turn && `${turn.partition}: ${turn.token} after ${turns[wrong - 1]?.token}`;
}

function everyJobOnce({ entries, partitions, jobs }: Evidence): Check {
  const wrong = partitions.flatMap((partition) => {
    const lines = entries.filter((entry) => entry.partition === partition);
    const index = lines.findIndex(({ number, read }, at) => number !== at + 1 || read !== at);
    if (index < 0) return lines.length === jobs ? [] : [`${partition}: ${lines.length} of ${jobs} jobs done`];
    return [`${partition}: line ${index + 1} is job ${lines[index]?.number} by ${lines[index]?.worker}`];
  });
  return {
    claim: "every job was done exactly once",
    isOk: wrong.length === 0,
    finding: wrong[0] ?? `${entries.length} jobs of ${partitions.length} partitions, each written on the one before`,
  };
}

function allAcknowledgedAreThere(evidence: Evidence): Check {
  const key = (partition: string, number: number, token: bigint) => `${partition} ${number} ${token}`;
  const acknowledged = of(evidence, "did").map(({ partition, number, token }) => key(partition, number, token));
  const present = new Set(evidence.entries.map(({ partition, number, token }) => key(partition, number, token)));
  const missing = acknowledged.filter((one) => !present.has(one));
  return {
    claim: "what was acknowledged is there",
    isOk: acknowledged.length > 0 && missing.length === 0,
    finding: `${acknowledged.length} acknowledged, ${present.size} in the ledgers, ${missing.length} missing`,
  };
}

/** Whoever is killed between the ledger's answer and the counter's takes that one job along. */
function allWereCounted(evidence: Evidence): Check {
  const { count, entries } = evidence;
  const acknowledged = of(evidence, "counted").length;
  return {
    claim: "the counter has counted each once",
    isOk: count >= acknowledged && count <= entries.length,
    finding: `${count}; ${acknowledged} acknowledged, ${entries.length} jobs done`,
  };
}

function allLeftTogether(evidence: Evidence): Check {
  const { founders, killed, frozen, newcomer } = evidence;
  const inside = founders.filter((name) => name !== killed && name !== frozen);
  const left = of(evidence, "left");
  const together = left.filter(({ isTogether }) => isTogether).map(({ who }) => who);
  const finished = of(evidence, "finished").map(({ who }) => who);
  const expected = [...founders.filter((name) => name !== killed), newcomer];
  const missing = expected.filter((name) => !finished.includes(name));
  return {
    claim: "all that live left together",
    isOk: missing.length === 0 && inside.every((name) => together.includes(name)),
    finding:
      missing.length > 0 ? `not so: ${missing.join(", ")}` : `${together.join(", ")}; and ${expected.length} finished`,
  };
}
