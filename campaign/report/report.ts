import type { About } from "../about.js";
import type { Finding } from "../checkers/finding.js";
import { RULES } from "../checkers/rules.js";
import { groupBy } from "../group-by.js";
import type { Operation } from "../history/event.js";
import type { Judgement } from "../judge.js";
import type { RunLog } from "../run.js";
import { SESSION_TIMEOUT_MS } from "../stage.js";
import { acquisitionsOf, claimsOf } from "../workloads/holding-calls.js";
import { type HandOvers, handOvers } from "./hand-over.js";
import { type Hits, hitsOf, overlaps } from "./overlap.js";

/** What processes used at one moment: the most of any worker, and the watches of all servers. */
interface Usage {
  readonly minute: number;
  readonly residentMiB: number;
  readonly descriptors: number;
  readonly watches: number;
}

/** What one run has shown, in figures that can be put together with those of others. */
export interface RunReport extends About {
  readonly elapsedMs: number;
  /** So many of each kind. */
  readonly faults: Readonly<Record<string, number>>;
  readonly operations: Readonly<
    Record<string, { readonly ok: number; readonly fail: number; readonly unknown: number }>
  >;
  readonly findings: readonly Finding[];
  readonly exhausted: readonly string[];
  readonly handOvers: HandOvers;
  /** Of holders who do not ask whether they hold, in milliseconds. */
  readonly overlaps: readonly number[];
  /** Sections that such holders have come to the end of. */
  readonly sections: number;
  /** Of holders who ask, and were told so: from grant to the last look at which they were. */
  readonly toldOverlaps: readonly number[];
  /** How often what makes a holder late has hit a worker, and how often one in its section, by kind. */
  readonly standstills: Readonly<Record<string, Hits>>;
  readonly register: { readonly accepted: number; readonly staleRefused: number; readonly staleAccepted: number };
  readonly recoveries: Readonly<Record<string, readonly number[]>>;
  readonly usage: readonly Usage[];
  readonly watchesAtTheEnd: number;
}

/** Recipes that grant something for a time, whose hand-overs are measured. */
const LOCKS = ["mutex", "fenced-mutex", "election"];
/** What is seen rather than done. */
const LOOKS = ["held", "inside", "see", "section"];

/** What makes a process go on late with what it was doing. */
const STANDSTILLS = ["worker stopped", "event loop blocked"];

export function reportOf(about: About, log: RunLog, judgement: Judgement): RunReport {
  const { operations, register, recoveries, findings, exhausted } = judgement;
  const done = operations.filter(({ f }) => !LOOKS.includes(f));
  const locks = groupBy(
    operations.filter(({ workload, f }) => LOCKS.includes(workload) && ["acquire", "held", "release"].includes(f)),
    ({ workload, key }) => `${workload} ${key}`,
  );
  const sections = operations.filter(({ f }) => f === "section");
  return {
    ...about,
    elapsedMs: log.elapsedMs,
    faults: counts(log.faults.map(({ kind }) => kind)),
    operations: Object.fromEntries(
      [...groupBy(done, ({ workload }) => workload)].map(([workload, its]) => {
        const of = (outcome: string) => its.filter((each) => each.outcome === outcome).length;
        return [workload, { ok: of("ok"), fail: of("fail"), unknown: of("unknown") }];
      }),
    ),
    findings,
    exhausted,
    handOvers: merge([...locks.values()].map((its) => handOvers(acquisitionsOf(its), log.faults, SESSION_TIMEOUT_MS))),
    overlaps: overlaps(sections),
    sections: sections.filter(({ outcome }) => outcome === "ok").length,
    toldOverlaps: toldOverlaps(operations, log.endedSessions),
    standstills: Object.fromEntries(
      STANDSTILLS.map((kind) => [
        kind,
        hitsOf(
          log.faults.filter((fault) => fault.kind === kind),
          sections,
        ),
      ]),
    ),
    register: {
      accepted: register.filter(({ accepted }) => accepted).length,
      staleRefused: register.filter(({ accepted }) => !accepted).length,
      staleAccepted: findings.filter(({ rule }) => rule === RULES.staleWrite).length,
    },
    recoveries: Object.fromEntries(
      [...groupBy(recoveries, ({ workload }) => workload)].map(([workload, its]) => [
        workload,
        // JSON has no Infinity.
        its.map(({ recoveryMs }) => Math.min(recoveryMs, Number.MAX_SAFE_INTEGER)),
      ]),
    ),
    usage: usageOf(log.samples),
    watchesAtTheEnd: log.watchesAtTheEnd,
  };
}

function toldOverlaps(operations: readonly Operation[], endedSessions: RunLog["endedSessions"]): readonly number[] {
  const acquisitions = acquisitionsOf(
    operations.filter(({ workload, f }) => workload === "mutex" && ["acquire", "held", "release"].includes(f)),
  );
  return overlaps(
    claimsOf(acquisitions, endedSessions).flatMap(({ acquisition: { key, end }, looks }) => {
      const last = looks.at(-1);
      return last === undefined ? [] : [{ key, start: end, end: last.end }];
    }),
  );
}

function usageOf(samples: RunLog["samples"]): readonly Usage[] {
  const begin = samples[0]?.at ?? 0;
  return samples
    .filter(({ servers }) => servers === 3)
    .map(({ at, workers, watches }) => ({
      minute: Math.floor((at - begin) / 60_000),
      residentMiB: Math.max(0, ...workers.map(({ residentMiB }) => residentMiB)),
      descriptors: Math.max(0, ...workers.map(({ descriptors }) => descriptors)),
      watches,
    }));
}

function counts(kinds: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries([...groupBy(kinds, (kind) => kind)].map(([kind, its]) => [kind, its.length]));
}

/** The figures of several, kind by kind. */
export function merge(
  parts: readonly Readonly<Record<string, readonly number[]>>[],
): Record<string, readonly number[]> {
  const all = groupBy(parts.flatMap(Object.entries<readonly number[]>), ([kind]) => kind);
  return Object.fromEntries([...all].map(([kind, its]) => [kind, its.flatMap(([, figures]) => figures)]));
}

export function isGood({ findings, exhausted }: Pick<RunReport, "findings" | "exhausted">): boolean {
  return findings.length === 0 && exhausted.length === 0;
}
