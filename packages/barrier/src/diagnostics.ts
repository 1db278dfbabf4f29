import { publisher } from "@zookit/core/recipe";

/** `zookit:barrier`: when a call of {@link Barrier} has succeeded, whether or not it found anything to do. */
export interface BarrierMessage {
  /** The barrier's path, as it was given: without the chroot. */
  readonly path: string;
  /** By `create`, `remove` and `wait`. */
  readonly change: "closed" | "opened" | "passed";
}

/** `zookit:double-barrier`: when a participant has entered a {@link DoubleBarrier}, and when it leaves or is lost. */
export interface DoubleBarrierMessage {
  /** The barrier's path, as it was given: without the chroot. */
  readonly path: string;
  /** What the participant says of itself. */
  readonly identifier: string;
  readonly parties: number;
  /** `undefined` in the shared dialect. */
  readonly generation: number | undefined;
  /** `left` when it counts no more, by its own will; the others may still be inside. */
  readonly change: "entered" | "left" | "lost";
}

export const publishBarrier = publisher<BarrierMessage>("barrier");
export const publishDoubleBarrier = publisher<DoubleBarrierMessage>("double-barrier");
