import type { ZooKeeper } from "@zookit/core";
import { Counter } from "@zookit/counter";
import { type Addition, checkAdditions } from "../checkers/additions.js";
import type { Operation } from "../history/event.js";
import type { Recorder } from "../history/recorder.js";
import { byKey } from "./examine.js";
import { outcomeOf } from "./expected.js";
import type { Examination, Part, Records, Workload } from "./workload.js";

const NAME = "counter";
const KEYS = ["a", "b"] as const;
/** Amounts that hardly ever occur twice: one that was added twice is not taken for another whose outcome is unknown. */
const AMOUNTS = [1_000_000, 1_999_999] as const;

/** Every addition is applied exactly once, or is reported as unknown; or as not applied, and then it never is. */
export const COUNTER_WORKLOAD: Workload = {
  name: NAME,
  progress: ["add"],
  async run(part: Part) {
    const counters = KEYS.map((key) => ({ key, counter: new Counter(part.zk, `${part.root}/${key}`) }));
    // Two at a time, so that additions of one process meet in one request.
    const lanes = counters.map(async ({ key, counter }) => {
      while (!part.settling.aborted) {
        const together = part.random.chance(0.3) ? 2 : 1;
        await Promise.all(Array.from({ length: together }, () => addOnce(part, key, counter)));
        await part.pause(part.random.between(20, 250));
      }
    });
    await Promise.all(lanes);
  },
  async conclude(zk: ZooKeeper, root: string, recorder: Recorder, workersOf: "zookit" | "kazoo") {
    const encoding = workersOf === "kazoo" ? "kazoo" : "own";
    for (const key of KEYS) {
      const path = `${root}/${key}`;
      await zk.sync(path);
      const op = recorder.invoke(NAME, key, "get");
      recorder.complete(op, "ok", await new Counter(zk, path, { encoding }).get());
    }
  },
  check: ({ operations }: Records) => byKey(operations, (key, its) => examine(`${NAME} ${key}`, its)),
};

async function addOnce(part: Part, key: string, counter: Counter): Promise<void> {
  const amount = part.random.between(...AMOUNTS);
  const op = part.recorder.invoke(NAME, key, "add", amount);
  try {
    const timeoutMs = part.random.chance(0.1) ? part.random.between(5, 100) : part.random.between(2_000, 10_000);
    const { before, after } = await counter.add(amount, { timeoutMs, signal: part.settling });
    part.recorder.complete(op, "ok", { before, after });
  } catch (error) {
    const { type, value } = outcomeOf(error, part);
    part.recorder.complete(op, type, value);
  }
}

function examine(where: string, operations: readonly Operation[]): Examination {
  const readings = operations
    .filter(({ f }) => f === "get")
    .map(({ start, end, output }) => ({ start, end, value: Number(output) }));
  const verdict = checkAdditions(operations.flatMap(additionOf), readings);
  if (verdict.kind === "exhausted") return { findings: [], exhausted: [where] };
  const findings = verdict.kind === "explained" ? [] : [{ rule: "linearizable", where, message: verdict.message }];
  return { findings, exhausted: [] };
}

/** What has failed was not applied, and never is. */
function additionOf({ f, start, end, input, output, outcome }: Operation): readonly Addition[] {
  if (f !== "add" || outcome === "fail") return [];
  const amount = Number(input);
  if (outcome === "unknown") return [{ start, end, amount }];
  const { before, after } = output as { before: number; after: number };
  // A result that contradicts itself is explained by nothing.
  return [{ start, end, amount, before: after === before + amount ? before : Number.NaN }];
}
