import { LockLostError, ReadWriteLock, type WriteLockHandle } from "@zookit/lock";
import type { Call } from "../checkers/linearizability.js";
import { READ_WRITE_LOCK, type ReadWriteAction } from "../checkers/models/read-write-lock.js";
import { checkTokens } from "../checkers/tokens.js";
import type { Operation } from "../history/event.js";
import { byKey, linearizable, together } from "./examine.js";
import { outcomeOf } from "./expected.js";
import { holdOnce, inLanes, thinkWhileHeld } from "./holder.js";
import { type Acquisition, acquisitionsOf, claimsOf, overBy } from "./holding-calls.js";
import type { EndedSession, Part, Records, Workload } from "./workload.js";

const NAME = "read-write-lock";
const KEY = "a";
const LANES = 2;
const DOWNGRADE_LIMIT_MS = 5_000;

/** Careful readers and writers, of whom some writers become readers. */
export const READ_WRITE_LOCK_WORKLOAD: Workload = {
  name: NAME,
  progress: ["acquire"],
  run: (part: Part) =>
    inLanes(LANES, async () => {
      const lock = new ReadWriteLock(part.zk, `${part.root}/${KEY}`, { identifier: part.name });
      while (!part.settling.aborted) {
        await (part.random.chance(0.7) ? readOnce(part, lock) : writeOnce(part, lock));
        await part.pause(part.random.between(20, 250));
      }
    }),
  check: ({ operations, endedSessions }: Records) =>
    byKey(operations, (key, its) => {
      const where = `${NAME} ${key}`;
      const acquisitions = acquisitionsOf(its);
      const downgrades = new Map(its.filter(({ f }) => f === "downgrade").map((each) => [idOf(each), each]));
      const writers = acquisitions.filter(({ input }) => input["mode"] === "write");
      return together([
        linearizable(where, READ_WRITE_LOCK, callsOf(acquisitions, downgrades, endedSessions)),
        { findings: checkTokens(where, writers), exhausted: [] },
      ]);
    }),
};

async function readOnce(part: Part, { read }: ReadWriteLock): Promise<void> {
  await holdOnce(
    part,
    { workload: NAME, key: KEY, more: { mode: "read" } },
    (options) => read.acquire(options),
    (_, { look }) => thinkWhileHeld(part, look),
  );
}

async function writeOnce(part: Part, { write }: ReadWriteLock): Promise<void> {
  await holdOnce(
    part,
    { workload: NAME, key: KEY, more: { mode: "write" } },
    (options) => write.acquire(options),
    async (handle, { id, look, become }) => {
      await thinkWhileHeld(part, look);
      if (!part.random.chance(0.4)) return;
      const reading = await downgrade(part, id, handle);
      if (reading === undefined) return;
      become(reading);
      look();
      await thinkWhileHeld(part, look);
    },
  );
}

/** The handle of a reader; undefined where it failed, and the writer goes on holding, or has lost the lock. */
async function downgrade(part: Part, id: string, handle: WriteLockHandle) {
  const op = part.recorder.invoke(NAME, KEY, "downgrade", { id });
  try {
    const reading = await handle.downgrade({ timeoutMs: DOWNGRADE_LIMIT_MS });
    part.recorder.complete(op, "ok");
    return reading;
  } catch (error) {
    const value = error instanceof LockLostError ? error.code : outcomeOf(error, part).value;
    part.recorder.complete(op, "fail", value);
    return undefined;
  }
}

function idOf({ input }: Operation): string {
  return (input as { id: string }).id;
}

/** As of a mutex; what was asked of an ended session may have come to nothing. */
function callsOf(
  acquisitions: readonly Acquisition[],
  downgrades: ReadonlyMap<string, Operation>,
  endedSessions: readonly EndedSession[],
): readonly Call<ReadWriteAction>[] {
  return claimsOf(acquisitions, endedSessions).flatMap(
    ({ acquisition, looks, until }): readonly Call<ReadWriteAction>[] => {
      const { id, start, end, input } = acquisition;
      const downgrade = downgrades.get(id);
      const mode = input["mode"] === "write" ? "write" : "read";
      return [
        { start, end, action: { f: "acquire", id, mode } },
        ...looks.map(
          (look): Call<ReadWriteAction> => ({ start: look.start, end: look.end, action: { f: "held", id } }),
        ),
        ...(downgrade === undefined || downgrade.outcome === "fail" ? [] : [downgradeCall(id, downgrade, until)]),
        { start, end: overBy(acquisition), action: { f: "end", id } },
      ];
    },
  );
}

function downgradeCall(id: string, { start, end }: Operation, until: number): Call<ReadWriteAction> {
  return { start, end: end < until ? end : Number.POSITIVE_INFINITY, action: { f: "downgrade", id } };
}
