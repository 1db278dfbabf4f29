import { type Happening, type HappeningOf, happeningsOf } from "./happening.js";
import type { Entry } from "./ledger.js";
import { duration, seconds } from "./units.js";

/** What the verdict is reached from. */
export interface Evidence {
  readonly happenings: readonly Happening[];
  /** The ledger, read from its file at the end. */
  readonly entries: readonly Entry[];
  readonly services: readonly string[];
  readonly appends: number;
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
    allAcknowledgedAreThere(evidence),
    noUpdateWasLost(evidence),
    tokensRise(evidence),
    killedHolderWasSucceeded(evidence),
    frozenHolderKnew(evidence),
    lateWriteWasRefused(evidence),
    frozenHolderCameBack(evidence),
    everybodyFinished(evidence),
  ];
}

/** Those of `kind` in the order of time. */
function of<K extends Happening["kind"]>({ happenings }: Evidence, kind: K, who?: string): HappeningOf<K>[] {
  return [...happeningsOf(happenings, kind, who)].sort((a, b) => a.at - b.at);
}

function allAcknowledgedAreThere(evidence: Evidence): Check {
  const key = (service: string, number: number, token: bigint) => `${service} ${number} ${token}`;
  const acknowledged = of(evidence, "appended").map(({ who, number, token }) => key(who, number, token));
  const present = evidence.entries.map(({ service, number, token }) => key(service, number, token));
  return {
    claim: "the ledger has what was acknowledged",
    isOk: present.length > 0 && acknowledged.sort().join() === present.sort().join(),
    finding: `${acknowledged.length} acknowledged, ${present.length} lines`,
  };
}

function noUpdateWasLost({ entries }: Evidence): Check {
  const wrong = entries.findIndex(({ number, read }, index) => number !== index + 1 || read !== index);
  const found = entries[wrong];
  return {
    claim: "no update was lost",
    isOk: entries.length > 0 && found === undefined,
    finding: found
      ? `line ${wrong + 1} is ${found.number} by ${found.service}, who had read ${found.read}`
      : `1 to ${entries.length} without a gap, each written on the one before`,
  };
}

function tokensRise(evidence: Evidence): Check {
  const holders = of(evidence, "holds").map(({ who, token }) => ({ who, token }));
  const writers = evidence.entries.map(({ service, token }) => ({ who: service, token }));
  const fall = firstFall(holders) ?? firstFall(writers);
  return {
    claim: "tokens rise from holder to holder",
    isOk: holders.length > 0 && fall === undefined,
    finding: fall ?? `${holders.length} holders, ${holders[0]?.token} to ${holders.at(-1)?.token}`,
  };
}

function firstFall(turns: readonly { who: string; token: bigint }[]): string | undefined {
  for (const [index, turn] of turns.entries()) {
    const before = turns[index - 1];
    if (before && before.token >= turn.token)
      return `${turn.token} of ${turn.who} after ${before.token} of ${before.who}`;
  }
  return undefined;
}

function killedHolderWasSucceeded(evidence: Evidence): Check {
  const { killed, sessionTimeoutMs, tickMs } = evidence;
  const limitMs = sessionTimeoutMs + tickMs + GRACE_MS;
  const kill = of(evidence, "killed", killed)[0];
  const next = of(evidence, "holds").find(({ at }) => kill !== undefined && at > kill.at);
  const tookMs = kill && next && next.at - kill.at;
  return {
    claim: "the killed holder was succeeded",
    isOk: tookMs !== undefined && tookMs <= limitMs,
    finding: `${tookMs === undefined ? "never" : `after ${duration(tookMs)}`}; at most ${seconds(limitMs)} allowed`,
  };
}

function frozenHolderKnew(evidence: Evidence): Check {
  const woke = of(evidence, "woke", evidence.frozen)[0];
  return {
    claim: "the frozen holder knew at once",
    isOk: woke?.isHeld === false && woke.lost && of(evidence, "lock-lost", evidence.frozen).length > 0,
    finding: woke
      ? `first line after ${duration(woke.stalledMs)}: isHeld() ${woke.isHeld}, lost ${woke.lost ? "" : "not "}aborted`
      : "it was never stopped inside",
  };
}

function lateWriteWasRefused(evidence: Evidence): Check {
  const { frozen, entries } = evidence;
  const freeze = of(evidence, "frozen", frozen)[0];
  const hold = of(evidence, "lingers", frozen).find(({ at }) => freeze !== undefined && at < freeze.at);
  const refusal = of(evidence, "refused", frozen).find(({ token }) => token === hold?.token);
  const slipped = entries.some(({ token }) => token === hold?.token);
  return {
    claim: "its late write was refused",
    isOk: refusal !== undefined && refusal.token < refusal.highest && !slipped,
    finding: slipped
      ? "it is in the ledger"
      : refusal
        ? `token ${refusal.token} is lower than ${refusal.highest}`
        : "there was none",
  };
}

function frozenHolderCameBack(evidence: Evidence): Check {
  const { frozen } = evidence;
  const thaw = of(evidence, "thawed", frozen)[0];
  const before = of(evidence, "connected", frozen)[0]?.session;
  const turns = of(evidence, "holds", frozen).filter(({ at, session }) => thaw && at > thaw.at && session !== before);
  const tokens = new Set(turns.map(({ token }) => token));
  const added = evidence.entries.filter(({ service, token }) => service === frozen && tokens.has(token)).length;
  return {
    claim: "it came back in a new session",
    isOk: added > 0,
    finding: `${added} lines since`,
  };
}

function everybodyFinished(evidence: Evidence): Check {
  const { services, killed, appends, entries } = evidence;
  const living = services.filter((name) => name !== killed);
  const short = living.filter((name) => entries.filter(({ service }) => service === name).length !== appends);
  return {
    claim: "all that live did all their work",
    isOk: short.length === 0,
    finding: short.length === 0 ? `${living.length} services, ${appends} lines each` : `not so: ${short.join(", ")}`,
  };
}
