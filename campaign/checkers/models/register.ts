import type { Model } from "../linearizability.js";

/** `done` says whether a compare-and-set took place; undefined where nobody knows. */
export type RegisterAction =
  | { readonly f: "read"; readonly value: string }
  | { readonly f: "write"; readonly value: string }
  | {
      readonly f: "compare-and-set";
      readonly expected: string;
      readonly next: string;
      readonly done: boolean | undefined;
    };

/** Holds one value. */
export function register(initial: string): Model<string, RegisterAction> {
  return {
    initial,
    step(value, action) {
      if (action.f === "read") return action.value === value ? value : undefined;
      if (action.f === "write") return action.value;
      const matches = action.expected === value;
      if (action.done !== undefined && action.done !== matches) return undefined;
      return matches ? action.next : value;
    },
    isLook: ({ f }) => f === "read",
    keyOf: (value) => value,
  };
}
