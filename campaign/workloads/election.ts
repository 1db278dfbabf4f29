import { Election, type Leadership, LeadershipLostError } from "@zookit/election";
import type { Finding } from "../checkers/finding.js";
import { MUTEX } from "../checkers/models/mutex.js";
import { checkTerms, type Sighting } from "../checkers/terms.js";
import { groupBy } from "../group-by.js";
import type { Operation } from "../history/event.js";
import { byKey, linearizable, together } from "./examine.js";
import { outcomeOf } from "./expected.js";
import { holdOnce, thinkWhileHeld } from "./holder.js";
import { acquisitionsOf, holdingCalls } from "./holding-calls.js";
import type { Part, Records, Workload } from "./workload.js";

const NAME = "election";
const KEY = "a";
const PROCLAIM_LIMIT_MS = 2_000;

/** Everybody campaigns, proclaims and resigns, and watches who leads. */
export const ELECTION_WORKLOAD: Workload = {
  name: NAME,
  progress: ["acquire"],
  async run(part: Part) {
    await Promise.all([watch(part), campaign(part)]);
  },
  check: ({ operations, endedSessions }: Records) =>
    byKey(operations, (key, its) => {
      const where = `${NAME} ${key}`;
      const terms = acquisitionsOf(its);
      const seen = its.filter(({ f }) => f === "see");
      return together([
        linearizable(where, MUTEX, holdingCalls(terms, endedSessions)),
        { findings: checkTerms(where, terms, seen.flatMap(sightingOf)), exhausted: [] },
        { findings: checkObservers(where, seen), exhausted: [] },
      ]);
    }),
};

async function campaign(part: Part): Promise<void> {
  const election = new Election(part.zk, `${part.root}/${KEY}`, { identifier: part.name });
  while (!part.settling.aborted) {
    await holdOnce(
      part,
      { workload: NAME, key: KEY },
      async (options) => {
        const leadership = await election.campaign(options);
        return {
          leadership,
          fencingToken: leadership.fencingToken,
          isHeld: () => leadership.isHeld(),
          release: (given) => leadership.resign(given),
        };
      },
      async ({ leadership }, { look }) => {
        await proclaim(part, leadership);
        await thinkWhileHeld(part, look);
      },
    );
    await part.pause(part.random.between(20, 300));
  }
}

/** What is proclaimed names its term: nobody may see it in another. */
async function proclaim(part: Part, leadership: Leadership): Promise<void> {
  const op = part.recorder.invoke(NAME, KEY, "proclaim");
  try {
    await leadership.proclaim(String(leadership.fencingToken), { timeoutMs: PROCLAIM_LIMIT_MS });
    part.recorder.complete(op, "ok");
  } catch (error) {
    const isLost = error instanceof LeadershipLostError;
    const { type, value } = isLost ? { type: "unknown" as const, value: error.code } : outcomeOf(error, part);
    part.recorder.complete(op, type, value);
  }
}

async function watch({ zk, root, recorder, settling }: Part): Promise<void> {
  try {
    for await (const leader of new Election(zk, `${root}/${KEY}`).observe({ signal: settling })) {
      recorder.observe(NAME, KEY, "see", () =>
        leader === undefined
          ? null
          : { term: String(leader.fencingToken), leader: leader.identifier, proclaimed: leader.data.toString() },
      );
    }
  } catch (error) {
    if (error !== settling.reason) throw error;
  }
}

interface Seen {
  readonly term: string;
  readonly leader: string;
  readonly proclaimed: string;
}

function sightingOf({ output }: Operation): readonly Sighting[] {
  const seen = output as Seen | null;
  return seen === null ? [] : [{ term: BigInt(seen.term), leader: seen.leader }];
}

/** No observer goes back to an earlier term, and none sees in a term what was proclaimed in another. */
function checkObservers(where: string, sights: readonly Operation[]): readonly Finding[] {
  return [...groupBy(sights, ({ process }) => process)].flatMap(([observer, its]) => {
    let latest = -1n;
    return its.flatMap(({ output }): readonly Finding[] => {
      const seen = output as Seen | null;
      if (seen === null) return [];
      const before = latest;
      const term = BigInt(seen.term);
      if (term > latest) latest = term;
      const findings: Finding[] = [];
      if (term < before) {
        findings.push({
          rule: "an observer never goes back",
          where,
          message: `${observer} saw ${term} after ${before}`,
        });
      }
      if (seen.proclaimed !== "" && seen.proclaimed !== seen.term) {
        const message = `${observer} saw in term ${term} what was proclaimed in ${seen.proclaimed}`;
        findings.push({ rule: "a proclamation stays in its term", where, message });
      }
      return findings;
    });
  });
}
