import { AsyncLocalStorage } from "node:async_hooks";
import type { Client } from "@zookit/core/recipe";
import { NestedAcquireError } from "./errors.js";
import type { LockHandle } from "./lock-handle.js";

/** A `withLock` block that the running code is inside of. */
interface Block {
  readonly client: Client;
  readonly path: string;
  readonly handle: LockHandle;
  readonly outer: Block | undefined;
}

const blocks = new AsyncLocalStorage<Block>();

/** Runs the callback of a `withLock` block, so that what it calls can be told to be inside. */
export function insideBlock<T>(client: Client, path: string, handle: LockHandle, fn: () => Promise<T>): Promise<T> {
  // A block that has ended matters no more; kept, a task that schedules itself from inside would gather them for ever.
  let outer = blocks.getStore();
  while (outer !== undefined && !outer.handle.isHeld()) outer = outer.outer;
  return blocks.run({ client, path, handle, outer }, fn);
}

/**
 * Fails fast where waiting would never end: inside a block that holds the same lock (H51). JavaScript has no thread
 * identity; the asynchronous context takes its place.
 *
 * @throws {NestedAcquireError}
 */
export function checkNotNested(client: Client, path: string): void {
  for (let block = blocks.getStore(); block !== undefined; block = block.outer) {
    if (block.client === client && block.path === path && block.handle.isHeld()) {
      throw new NestedAcquireError(
        `the lock ${path} is held by the withLock block that this call is made in; it would wait for itself`,
        { path },
      );
    }
  }
}
