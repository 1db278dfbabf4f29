import type { WaitOptions } from "@zookit/core";
import { LockLostError } from "./errors.js";
import { type Holder, insideBlock } from "./nesting.js";

/** What every handle of this package can do: of a lock, of a permit, of several locks at once. */
export interface HeldHandle extends Holder {
  /** Aborts when it is lost, with the typed error as reason; never after a release. */
  readonly lost: AbortSignal;
  isHeld(): boolean;
  release(options?: WaitOptions): Promise<void>;
}

/** What a block holds, for messages: "the lock /a". */
export interface Described {
  readonly name: string;
  readonly path?: string;
}

/**
 * Runs `fn` under a handle, and releases that afterwards, whatever happens. If it was lost meanwhile, it rejects with
 * {@link LockLostError} even if `fn` returned normally (H13): others may have been inside at the same time. What `fn` threw
 * then is the error's cause.
 */
export async function whileHeld<Handle extends HeldHandle, T>(
  handle: Handle,
  { name, path }: Described,
  fn: (handle: Handle) => Promise<T> | T,
): Promise<T> {
  let result: T;
  try {
    result = await insideBlock(handle, async () => fn(handle));
  } catch (error) {
    const wasHeld = handle.isHeld();
    await handle.release().catch(() => {});
    if (wasHeld || error === handle.lost.reason || !handle.lost.aborted) throw error;
    throw new LockLostError(`${name} was lost while the block ran, and the block failed`, {
      path,
      cause: error,
      outcome: "unknown",
    });
  }
  const wasHeld = handle.isHeld();
  await handle.release();
  if (!wasHeld) handle.lost.throwIfAborted();
  return result;
}
