import fc from "fast-check";
import type { Call, Model } from "./linearizability.js";

/** Seeds for {@link spread}. */
export const spreads = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 8, maxLength: 40 });

/**
 * Calls whose actions took effect one after the other, a time unit apart, each somewhere within its call, which reaches by up
 * to `width` units to both sides.
 */
export function spread<Action>(actions: readonly Action[], seeds: readonly number[], width = 4): Call<Action>[] {
  const seed = (index: number): number => seeds[index % seeds.length] ?? 0;
  return actions.map((action, index) => ({
    start: index - width * seed(2 * index),
    end: index + width * seed(2 * index + 1),
    action,
  }));
}

/** What can happen one after the other, of what is proposed at each step. */
export function sequentialHistory<State, Action>(
  model: Model<State, Action>,
  names: readonly string[],
  propose: (name: string, step: number) => readonly Action[],
): readonly Action[] {
  const done: Action[] = [];
  let state = model.initial;
  names.forEach((name, step) => {
    for (const action of propose(name, step)) {
      const next = model.step(state, action);
      if (next === undefined) continue;
      state = next;
      done.push(action);
    }
  });
  return done;
}
