import { AsyncLocalStorage } from "node:async_hooks";
import type { Client } from "@zookit/core/recipe";
import { NestedAcquireError } from "./errors.js";

/** A lock, as its own client names it. */
export interface LockKey {
  readonly client: Client;
  readonly path: string;
  /** For messages: "the lock /a". */
  readonly name: string;
}

/** What a block is run under: a handle that can say which locks it holds. */
export interface Holder {
  /** The locks that are held by it at this very moment; none once it was released or lost. */
  heldLocks(): readonly LockKey[];
}

/** A `withLock` block that the running code is inside of. */
interface Block {
  readonly holder: Holder;
  readonly outer: Block | undefined;
}

const blocks = new AsyncLocalStorage<Block>();

/** Runs the callback of a `withLock` block, so that what it calls can be told to be inside. */
export function insideBlock<T>(holder: Holder, fn: () => Promise<T>): Promise<T> {
  // A block that has ended matters no more; kept, a task that schedules itself from inside would gather them for ever.
  let outer = blocks.getStore();
  while (outer !== undefined && outer.holder.heldLocks().length === 0) outer = outer.outer;
  return blocks.run({ holder, outer }, fn);
}

/**
 * Fails fast where waiting would never end: inside a block that holds the same lock (H51), as a reader or as a writer. A
 * reader that wants to write would wait for itself (H61); one that wants to read once more, for a writer that came between
 * and waits for it. JavaScript has no thread identity; the asynchronous context takes its place.
 *
 * @throws {NestedAcquireError}
 */
export function checkNotNested({ client, path, name }: LockKey): void {
  for (let block = blocks.getStore(); block !== undefined; block = block.outer) {
    const held = block.holder.heldLocks().find((held) => held.client === client && held.path === path);
    if (held === undefined) continue;
    throw new NestedAcquireError(
      `${name} is asked for inside a block that holds ${held.name}: it would wait for itself for ever`,
      { path },
    );
  }
}
