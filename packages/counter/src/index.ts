/** A distributed counter: every change exactly once, or an error that says unknown. */
export type { Step } from "./change.js";
export { Counter, type CounterOptions } from "./counter.js";
export type { CounterMessage } from "./diagnostics.js";
export type { CounterEncoding } from "./encoding.js";
export { CounterOverflowError, UnreadableCounterError } from "./errors.js";
