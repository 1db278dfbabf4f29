import { publisher } from "@zookit/core/recipe";
import type { Step } from "./change.js";

/** `zookit:counter`: when a change of a counter has succeeded or failed. */
export interface CounterMessage {
  /** The counter's path, as it was given: without the chroot. */
  readonly path: string;
  /** What the change was; `undefined` if it has failed. A `compareAndSet` that found another value has changed nothing. */
  readonly step: Step | undefined;
  /** What the call has rejected with; its `outcome` says whether the change may have been applied. */
  readonly error: unknown;
}

export const publishChange = publisher<CounterMessage>("counter");
