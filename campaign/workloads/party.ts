import { Party } from "@zookit/party";
import { checkConvergence, type View } from "../checkers/convergence.js";
import { groupBy } from "../group-by.js";
import { outcomeOf } from "./expected.js";
import type { Part, Records, Workload } from "./workload.js";

const NAME = "party";
const KEY = "a";
/** Until a worker that was told that nothing fails now must be a member, and for that to be seen. */
const REST_MS = 500;

/** Everybody joins, watches, leaves and joins again; when nothing fails for a while, all see all. */
export const PARTY_WORKLOAD: Workload = {
  name: NAME,
  progress: [],
  async run(part: Part) {
    await Promise.all([watch(part), comeAndGo(part)]);
  },
  check: ({ operations, calms }: Records) => {
    const views = groupBy(operations.filter(({ f }) => f === "see").map(viewOf), ({ observer }) => observer);
    const findings = calms.flatMap(({ from, until, workers }, index) => {
      const theirs = workers.flatMap((worker) => views.get(worker) ?? []);
      const after = { from, by: until, members: workers, observers: workers };
      return checkConvergence(`${NAME}, calm ${index + 1}`, theirs, after);
    });
    return { findings, exhausted: [] };
  },
};

function viewOf({ process, end, output }: Records["operations"][number]): View {
  return { observer: process, at: end, members: output as readonly string[] };
}

async function watch({ zk, root, recorder, settling }: Part): Promise<void> {
  try {
    for await (const { members } of new Party(zk, `${root}/${KEY}`).watch({ signal: settling })) {
      recorder.observe(NAME, KEY, "see", () => members.map(({ identifier }) => identifier).sort());
    }
  } catch (error) {
    if (error !== settling.reason) throw error;
  }
}

async function comeAndGo(part: Part): Promise<void> {
  const { recorder, random, settling, name } = part;
  const party = new Party(part.zk, `${part.root}/${KEY}`);
  while (!settling.aborted) {
    const joining = recorder.invoke(NAME, KEY, "join");
    try {
      await using membership = await party.join({ identifier: name, timeoutMs: 20_000, signal: settling });
      recorder.complete(joining, "ok");
      membership.lost.addEventListener("abort", () => {
        // Nobody else has the name, nobody closes the client: it must not be lost.
        throw membership.lost.reason;
      });
      // Some stay for as long as they live, and have to join again by themselves after each lost session.
      await part.pause(random.chance(0.5) ? random.between(1_000, 6_000) : random.between(20_000, 90_000));
      while (part.isCalm() && !settling.aborted) await part.pause(REST_MS);
      const updating = recorder.invoke(NAME, KEY, "update");
      await membership.update(String(random.next()), { timeoutMs: 5_000 }).then(
        () => recorder.complete(updating, "ok"),
        (error) => recorder.complete(updating, outcomeOf(error, part).type),
      );
    } catch (error) {
      recorder.complete(joining, "fail", outcomeOf(error, part).value);
    }
    await part.pause(random.between(50, REST_MS));
  }
}
