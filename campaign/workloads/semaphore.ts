import { Semaphore } from "@zookit/lock";
import type { Call } from "../checkers/linearizability.js";
import { type SemaphoreAction, semaphore } from "../checkers/models/semaphore.js";
import { byKey, linearizable } from "./examine.js";
import { holdOnce, inLanes, thinkWhileHeld } from "./holder.js";
import { acquisitionsOf, claimsOf, overBy } from "./holding-calls.js";
import type { Part, Records, Workload } from "./workload.js";

const NAME = "semaphore";
const KEY = "a";
const PERMITS = 4;
const LANES = 2;

/** Careful holders of one permit or two: never more than there are. */
export const SEMAPHORE_WORKLOAD: Workload = {
  name: NAME,
  progress: ["acquire"],
  run: (part: Part) =>
    inLanes(LANES, async () => {
      const holders = new Semaphore(part.zk, `${part.root}/${KEY}`, PERMITS, { identifier: part.name });
      while (!part.settling.aborted) {
        const permits = part.random.chance(0.3) ? 2 : 1;
        await holdOnce(
          part,
          { workload: NAME, key: KEY, more: { permits } },
          (options) => holders.acquire({ ...options, permits }),
          (_, { look }) => thinkWhileHeld(part, look),
        );
        await part.pause(part.random.between(20, 200));
      }
    }),
  check: ({ operations, endedSessions }: Records) =>
    byKey(operations, (key, its) => {
      const calls = claimsOf(acquisitionsOf(its), endedSessions).flatMap(
        ({ acquisition, looks }): readonly Call<SemaphoreAction>[] => {
          const { id, start, end, input } = acquisition;
          return [
            { start, end, action: { f: "acquire", id, permits: Number(input["permits"]) } },
            ...looks.map(
              (look): Call<SemaphoreAction> => ({ start: look.start, end: look.end, action: { f: "held", id } }),
            ),
            { start, end: overBy(acquisition), action: { f: "end", id } },
          ];
        },
      );
      return linearizable(`${NAME} ${key}`, semaphore(PERMITS), calls);
    }),
};
