import type { Model } from "../linearizability.js";
import { HOLDERS, type HoldingAction, MUTEX, type MutexState } from "./mutex.js";

interface FencedState extends MutexState {
  /** The token of the last holder. */
  readonly token: bigint;
}

/** One holder at a time, each with a token greater than those of all before. */
export const FENCED_MUTEX: Model<FencedState, HoldingAction> = {
  ...HOLDERS,
  initial: { ...MUTEX.initial, token: -1n },
  step(state, action) {
    const next = MUTEX.step(state, action);
    if (next === undefined) return undefined;
    if (action.f !== "acquire") return { ...next, token: state.token };
    const { token } = action;
    return token !== undefined && token > state.token ? { ...next, token } : undefined;
  },
  keyOf: (state) => `${MUTEX.keyOf(state)} ${state.token}`,
};
