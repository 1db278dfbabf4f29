import { Lock } from "@zookit/lock";
import { MUTEX } from "../checkers/models/mutex.js";
import { checkTokens } from "../checkers/tokens.js";
import { byKey, linearizable, together } from "./examine.js";
import { holdOnce, thinkWhileHeld } from "./holder.js";
import { acquisitionsOf, holdingCalls } from "./holding-calls.js";
import type { Part, Records, Workload } from "./workload.js";

const NAME = "mutex";
const KEYS = ["a", "b"] as const;

/** Careful holders: each looks whether it holds the lock at every step, and no two may be told so at a time. */
export const MUTEX_WORKLOAD: Workload = {
  name: NAME,
  progress: ["acquire"],
  async run(part: Part) {
    while (!part.settling.aborted) {
      const key = part.random.pick(KEYS);
      const lock = new Lock(part.zk, `${part.root}/${key}`, { identifier: part.name });
      await holdOnce(
        part,
        { workload: NAME, key },
        (options) => lock.acquire(options),
        (_, look) => thinkWhileHeld(part, look),
      );
      await part.pause(part.random.between(5, 150));
    }
  },
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
