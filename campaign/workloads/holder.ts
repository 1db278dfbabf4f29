import type { WaitOptions } from "@zookit/core";
import type { Json } from "../history/event.js";
import { outcomeOf } from "./expected.js";
import type { Part } from "./workload.js";

/** What the handles of all recipes that grant something have in common. */
interface Handle {
  readonly fencingToken: bigint;
  isHeld(): boolean;
  release(options?: WaitOptions): Promise<void>;
}

/** What is being held, in the history. */
interface Held {
  readonly workload: string;
  readonly key: string;
  /** What else the acquisition is known by: its mode, say. */
  readonly more?: { readonly [name: string]: Json };
}

const RELEASE_LIMIT_MS = 10_000;
let acquisitions = 0;

/**
 * One acquisition from its beginning to its end, on record: `acquire`, `held` whenever somebody looks whether it is, and
 * `release` where it was still held then.
 *
 * @param work what is done while it is held; `look` asks `isHeld()`, on record; a handle that comes in the place of the granted
 *   one is told by `become`.
 */
export async function holdOnce<Granted extends Handle>(
  part: Part,
  { workload, key, more }: Held,
  acquire: (options: WaitOptions) => Promise<Granted>,
  work: (handle: Granted, at: { readonly id: string; look(): boolean; become(handle: Handle): void }) => Promise<void>,
): Promise<void> {
  const { recorder, random, settling, zk } = part;
  const id = `${part.name}/${acquisitions++}`;
  const asked = recorder.invoke(workload, key, "acquire", { id, ...more });
  let granted: Granted;
  let handle: Handle;
  try {
    // Sometimes it cannot be had in time: giving up is a part of life.
    const timeoutMs = random.chance(0.2) ? random.between(5, 300) : random.between(5_000, 15_000);
    granted = await acquire({ timeoutMs, signal: settling });
    handle = granted;
  } catch (error) {
    // Whoever was told that it is not granted will never act on it: what the contender did at the servers concerns nobody.
    recorder.complete(asked, "fail", outcomeOf(error, part).value);
    return;
  }
  recorder.complete(asked, "ok", { token: String(handle.fencingToken), session: zk.session.id });
  const look = (): boolean => {
    let held = false;
    recorder.observe(workload, key, "held", () => {
      held = handle.isHeld();
      return { id, held };
    });
    return held;
  };
  look();
  part.holds(`${workload}/${key}`, true);
  const become = (next: Handle): void => {
    handle = next;
  };
  await work(granted, { id, look, become });
  part.holds(`${workload}/${key}`, false);
  if (!look()) {
    await handle.release();
    return;
  }
  const releasing = recorder.invoke(workload, key, "release", { id });
  try {
    await handle.release({ timeoutMs: RELEASE_LIMIT_MS });
    recorder.complete(releasing, "ok");
  } catch (error) {
    // It is repeated until it succeeds, or the session has ended.
    recorder.complete(releasing, "unknown", outcomeOf(error, part).value);
  }
}

/** Thinks for a while in small steps, and looks whether it still holds at each, until it does not. */
export async function thinkWhileHeld(part: Part, look: () => boolean): Promise<void> {
  const { random } = part;
  // Most sections are short; in the long ones the holder watches its own znode, and faults find a holder.
  const until = performance.now() + (random.chance(0.15) ? random.between(200, 900) : random.between(1, 20));
  while (performance.now() < until && !part.settling.aborted) {
    await part.pause(random.between(2, 40));
    if (!look()) return;
  }
}

/** The same several times over, side by side. */
export async function inLanes(count: number, run: () => Promise<void>): Promise<void> {
  await Promise.all(Array.from({ length: count }, run));
}
