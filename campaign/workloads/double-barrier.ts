import { BrokenBarrierError, DoubleBarrier } from "@zookit/barrier";
import { checkBarrierGenerations, type Passage } from "../checkers/barrier-generations.js";
import { checkOpenBarrier } from "../checkers/open-barrier.js";
import { groupBy } from "../group-by.js";
import type { Operation } from "../history/event.js";
import { byKey } from "./examine.js";
import { outcomeOf } from "./expected.js";
import type { EndedSession, Part, Records, Workload } from "./workload.js";

const NAME = "double-barrier";
const KEY = "a";
/** Fewer than there are workers, so that one that was killed does not keep the others. */
const PARTIES = 3;
const LIMIT_MS = 15_000;
/** How long the znode of a process that was killed can be counted: its session, begun anew by an election or two. */
const AFTERLIFE_MS = 10_000;
/** What the generation of a peer's barrier, which has none, is in its histories. */
const NO_GENERATION = "null";
const NEVER = Number.POSITIVE_INFINITY;

/** Three at a time enter together, and leave together. */
export const DOUBLE_BARRIER_WORKLOAD: Workload = {
  name: NAME,
  progress: ["enter"],
  async run(part: Part) {
    const barrier = new DoubleBarrier(part.zk, `${part.root}/${KEY}`, PARTIES, { identifier: part.name });
    for (let passage = 0; !part.settling.aborted; passage++) {
      await passOnce(part, barrier, passage);
      // Long enough that those who have come mostly have to wait for the last one.
      await part.pause(part.random.between(100, 1_500));
    }
  },
  check: ({ operations, endedSessions }: Records) =>
    byKey(operations, (key, its) => {
      const passages = passagesOf(its, endedSessions);
      const where = `${NAME} ${key}`;
      const hasGenerations = passages.every(({ generation }) => generation !== NO_GENERATION);
      const findings = hasGenerations
        ? checkBarrierGenerations(where, PARTIES, passages)
        : checkOpenBarrier(where, PARTIES, passages, AFTERLIFE_MS);
      return { findings, exhausted: [] };
    }),
};

async function passOnce(part: Part, barrier: DoubleBarrier, passage: number): Promise<void> {
  const { recorder, random, settling, zk } = part;
  const entering = recorder.invoke(NAME, KEY, "enter", passage);
  try {
    const timeoutMs = random.chance(0.1) ? random.between(20, 500) : LIMIT_MS;
    await using membership = await barrier.enter({ timeoutMs, signal: settling });
    recorder.complete(entering, "ok", { generation: membership.generation ?? null, session: zk.session.id });
    const look = () => recorder.observe(NAME, KEY, "inside", () => ({ passage, isInside: !membership.lost.aborted }));
    look();
    await part.pause(random.between(5, 200));
    look();
    if (membership.lost.aborted) return;
    const leaving = recorder.invoke(NAME, KEY, "leave", passage);
    try {
      await barrier.leave({ timeoutMs: LIMIT_MS, signal: settling });
      recorder.complete(leaving, "ok");
    } catch (error) {
      recorder.complete(leaving, "fail", whyNot(error, part));
    }
  } catch (error) {
    recorder.complete(entering, "fail", whyNot(error, part));
  }
}

/** A session that ends breaks the barrier for whom it was of. */
function whyNot(error: unknown, part: Part): string {
  return error instanceof BrokenBarrierError ? error.code : outcomeOf(error, part).value;
}

interface Look {
  readonly passage: number;
  readonly isInside: boolean;
}

/**
 * The ways through the barrier. Who gave up, or did not live to say, may have been counted: it has come to every generation
 * that there was meanwhile. Nobody is inside for longer than it was told so.
 */
function passagesOf(operations: readonly Operation[], endedSessions: readonly EndedSession[]): readonly Passage[] {
  const endOf = new Map(endedSessions.map(({ session, from }) => [session, from]));
  const passageOf = groupBy(
    operations,
    ({ process, f, input, output }) => `${process} ${f === "inside" ? (output as Look).passage : input}`,
  );
  const entries = operations.filter(({ f }) => f === "enter");
  const known = entries
    .filter(({ outcome }) => outcome === "ok")
    .map((entry): Passage => {
      const { generation, session } = entry.output as { generation: number; session: string };
      const mine = passageOf.get(`${entry.process} ${entry.input}`) ?? [];
      const leave = mine.find(({ f }) => f === "leave");
      const told = mine.filter(
        ({ f, output, start }) => f === "inside" && (output as Look).isInside && start < (endOf.get(session) ?? NEVER),
      );
      return {
        generation: String(generation),
        member: entry.process,
        entering: entry.start,
        entered: entry.end,
        leaving: leave?.start ?? NEVER,
        left: leave?.outcome === "ok" ? leave.end : NEVER,
        goneFrom: Math.max(entry.start, ...told.map(({ start }) => start)),
      };
    });
  const lastOf = new Map(operations.map(({ process, start, end }) => [process, end === NEVER ? start : end]));
  const vague = entries
    .filter(({ outcome }) => outcome !== "ok")
    .map((entry) => {
      const isDead = entry.outcome === "unknown";
      return { ...entry, end: isDead ? (lastOf.get(entry.process) ?? entry.start) + AFTERLIFE_MS : entry.end };
    });
  const perhaps = [...groupBy(known, ({ generation }) => generation)].flatMap(([generation, its]) => {
    const begun = Math.min(...its.map(({ entering }) => entering));
    const entered = Math.max(...its.map((passage) => passage.entered));
    return vague
      .filter(({ start, end }) => start <= entered && end >= begun)
      .map(({ process, start, end }): Passage => {
        const member = { generation, member: process, entering: start, goneFrom: end };
        return { ...member, entered: NEVER, leaving: NEVER, left: NEVER };
      });
  });
  return [...known, ...perhaps];
}
