import { Lock } from "@zookit/lock";
import { checkFencedRegister } from "../checkers/fenced-register.js";
import { FENCED_MUTEX } from "../checkers/models/fenced-mutex.js";
import { checkTokens } from "../checkers/tokens.js";
import { groupBy } from "../group-by.js";
import { byKey, linearizable, together } from "./examine.js";
import { holdOnce, inLanes } from "./holder.js";
import { acquisitionsOf, holdingCalls } from "./holding-calls.js";
import type { Part, Records, Workload } from "./workload.js";

const NAME = "fenced-mutex";
const KEYS = ["a", "b"] as const;
/** Tasks of one process: those that queue behind each other hand over without asking the servers. */
const LANES = 2;

/**
 * Careless holders: they read and write the register behind the lock without asking whether they still hold it. Nothing but
 * the token stands between a late write and the register.
 */
export const FENCED_MUTEX_WORKLOAD: Workload = {
  name: NAME,
  progress: ["acquire"],
  run: (part: Part) =>
    inLanes(LANES, async () => {
      while (!part.settling.aborted) {
        const key = part.random.pick(KEYS);
        const lock = new Lock(part.zk, `${part.root}/${key}`, { identifier: part.name });
        await holdOnce(
          part,
          { workload: NAME, key },
          (options) => lock.acquire(options),
          (handle) => readThinkWrite(part, key, handle.fencingToken),
        );
        await part.pause(part.random.between(5, 150));
      }
    }),
  check: ({ operations, endedSessions, register }: Records) => {
    const held = operations.filter(({ f }) => f !== "section");
    const locks = byKey(held, (key, its) => {
      const where = `${NAME} ${key}`;
      const acquisitions = acquisitionsOf(its);
      return together([
        linearizable(where, FENCED_MUTEX, holdingCalls(acquisitions, endedSessions)),
        { findings: checkTokens(where, acquisitions), exhausted: [] },
      ]);
    });
    const registers = [...groupBy(register, ({ key }) => key)].map(([key, log]) => {
      const entries = log.map((record) => ({ ...record, token: BigInt(record.token) }));
      return { findings: checkFencedRegister(`${NAME} register ${key}`, entries), exhausted: [] };
    });
    return together([locks, ...registers]);
  },
};

/** On record as a `section`, by which the overlap of holders is measured. */
async function readThinkWrite({ name, recorder, register, random, pause }: Part, key: string, token: bigint) {
  const section = recorder.invoke(NAME, key, "section", { token: String(token) });
  const request = { key, token: String(token), who: name };
  const { value: read } = await register.ask({ ...request, f: "read" });
  await pause(random.chance(0.15) ? random.between(200, 900) : random.between(1, 20));
  const { accepted } = await register.ask({ ...request, f: "write", read });
  recorder.complete(section, "ok", { accepted });
}
