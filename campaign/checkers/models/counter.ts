import type { Model } from "../linearizability.js";

/**
 * Every addition is an operation of its own, which takes effect once at most. Where its result is known, it was applied
 * exactly once, to the value that it names.
 */
export type CounterAction =
  | { readonly f: "add"; readonly amount: number; readonly before?: number | undefined }
  | { readonly f: "get"; readonly value: number };

/** A number to which is added, and nothing is ever subtracted from. */
export function counter(initial: number): Model<number, CounterAction> {
  return {
    initial,
    step(value, action) {
      if (action.f === "get") return action.value === value ? value : undefined;
      if (action.before !== undefined && action.before !== value) return undefined;
      return value + action.amount;
    },
    isLook: ({ f }) => f === "get",
    keyOf: String,
    isTooLate: (value, action) => (action.f === "get" ? action.value < value : (action.before ?? value) < value),
    likenessOf: (action) => (action.f === "add" ? `add ${action.amount}` : undefined),
  };
}
