import type { Model } from "../linearizability.js";

/**
 * What holders do. `id` is that of one acquisition, never used again.
 *
 * - `acquire`: it was granted.
 * - `held`: somebody was told that it is held.
 * - `end`: it was released, or lost, or its holder died.
 */
export type HoldingAction =
  | { readonly f: "acquire"; readonly id: string; readonly token?: bigint | undefined }
  | { readonly f: "held"; readonly id: string }
  | { readonly f: "end"; readonly id: string };

/** Who holds it; undefined if nobody does. */
export interface MutexState {
  readonly holder: string | undefined;
}

type Holders = Required<Pick<Model<unknown, Pick<HoldingAction, "f" | "id">>, "subjectOf" | "isLook" | "makesRoom">>;

/** What the models of all recipes have in common that grant something for a time. */
export const HOLDERS: Holders = {
  subjectOf: ({ id }) => id,
  isLook: ({ f }) => f === "held",
  makesRoom: ({ f }) => f === "end",
};

/** One holder at a time. */
export const MUTEX: Model<MutexState, HoldingAction> = {
  initial: { holder: undefined },
  step({ holder }, { f, id }) {
    if (f === "acquire") return holder === undefined ? { holder: id } : undefined;
    if (holder !== id) return undefined;
    return { holder: f === "held" ? id : undefined };
  },
  ...HOLDERS,
  keyOf: ({ holder }) => holder ?? "",
};
