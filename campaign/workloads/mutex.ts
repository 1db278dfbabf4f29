import { Lock } from "@zookit/lock";
import { MUTEX } from "../checkers/models/mutex.js";
import { checkTokens } from "../checkers/tokens.js";
import { byKey, linearizable, together } from "./examine.js";
import { holdOnce, inLanes, thinkWhileHeld } from "./holder.js";
import { acquisitionsOf, holdingCalls } from "./holding-calls.js";
import type { Part, Records, Workload } from "./workload.js";

const NAME = "mutex";
const KEYS = ["a", "b"] as const;
/** Tasks of one process: those that queue behind each other hand over without asking the servers. */
const LANES = 2;

/** Careful holders: each looks whether it holds the lock at every step, and no two may be told so at a time. */
export const MUTEX_WORKLOAD: Workload = {
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
          (_, { look }) => thinkWhileHeld(part, look),
        );
        await part.pause(part.random.between(5, 150));
      }
    }),
  check: ({ operations, endedSessions }: Records) =>
    byKey(operations, (key, its) => {
      const where = `${NAME} ${key}`;
      const acquisitions = acquisitionsOf(its);
      return together([
        linearizable(where, MUTEX, holdingCalls(acquisitions, endedSessions)),
        { findings: checkTokens(where, acquisitions), exhausted: [] },
      ]);
    }),
};
