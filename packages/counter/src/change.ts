import type { ZookitError } from "@zookit/core";
import type { Found } from "./encoding.js";
import { CounterOverflowError } from "./errors.js";

/** The value before and after a change. */
export interface Step {
  readonly before: number;
  readonly after: number;
}

/** What a change does to a value: a step, which may leave it as it is, or a refusal. */
export type Change = (value: number, range: Found["range"]) => Step | ZookitError;

export function addition(amount: number, path: string): Change {
  return (before, { min, max }) => {
    const after = before + amount;
    if (after >= min && after <= max) return { before, after };
    return new CounterOverflowError(`${path}: ${before} + ${amount} is beyond ${min} to ${max}`, { path });
  };
}

/** Leaves any other value than the expected one as it is. */
export function exchange(expected: number, next: number, path: string): Change {
  return (before, { min, max }) => {
    if (before !== expected) return { before, after: before };
    if (next >= min && next <= max) return { before, after: next };
    return new CounterOverflowError(`${path}: ${next} is beyond ${min} to ${max}`, { path });
  };
}

/** The changes one after the other, and the value in the end. */
export function inSequence(
  changes: readonly Change[],
  first: number,
  range: Found["range"],
): { readonly results: readonly (Step | ZookitError)[]; readonly value: number } {
  let value = first;
  const results = changes.map((change) => {
    const result = change(value, range);
    if ("after" in result) value = result.after;
    return result;
  });
  return { results, value };
}
