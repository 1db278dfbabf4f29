/** Barriers: one that is closed and opened, and one that participants enter and leave together. */
export { Barrier } from "./barrier.js";
export type { BarrierMessage, DoubleBarrierMessage } from "./diagnostics.js";
export { type BarrierDialect, DoubleBarrier, type DoubleBarrierOptions } from "./double-barrier.js";
export {
  BarrierMismatchError,
  BarrierStateError,
  BrokenBarrierError,
  UnreadableBarrierError,
} from "./errors.js";
export type { BarrierMembership } from "./membership.js";
