import type { Model } from "../linearizability.js";

/** As of a mutex. */
export type SemaphoreAction =
  | { readonly f: "acquire"; readonly id: string; readonly permits: number }
  | { readonly f: "held"; readonly id: string }
  | { readonly f: "end"; readonly id: string };

/** How many permits each holder has. */
type SemaphoreState = ReadonlyMap<string, number>;

/** At most so many permits are held at a time. */
export function semaphore(permits: number): Model<SemaphoreState, SemaphoreAction> {
  return {
    initial: new Map(),
    step(state, action) {
      const { id } = action;
      if (action.f !== "acquire") {
        if (!state.has(id)) return undefined;
        return action.f === "held" ? state : new Map([...state].filter(([holder]) => holder !== id));
      }
      const taken = [...state.values()].reduce((sum, count) => sum + count, 0);
      return taken + action.permits <= permits ? new Map([...state, [id, action.permits]]) : undefined;
    },
    subjectOf: ({ id }) => id,
    isLook: ({ f }) => f === "held",
    makesRoom: ({ f }) => f === "end",
    keyOf: (state) =>
      [...state]
        .map(([id, count]) => `${id}:${count}`)
        .sort()
        .join(),
  };
}
