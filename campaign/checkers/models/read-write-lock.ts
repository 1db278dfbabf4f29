import type { Model } from "../linearizability.js";

/** As of a mutex; a writer may also turn into a reader without letting anybody in between. */
export type ReadWriteAction =
  | { readonly f: "acquire"; readonly id: string; readonly mode: "read" | "write" }
  | { readonly f: "held"; readonly id: string }
  | { readonly f: "downgrade"; readonly id: string }
  | { readonly f: "end"; readonly id: string };

interface ReadWriteState {
  readonly writer: string | undefined;
  /** Sorted, so that equal states look the same. */
  readonly readers: readonly string[];
}

/** Any number of readers, or one writer. */
export const READ_WRITE_LOCK: Model<ReadWriteState, ReadWriteAction> = {
  initial: { writer: undefined, readers: [] },
  step(state, action) {
    const { writer, readers } = state;
    const { id } = action;
    switch (action.f) {
      case "acquire":
        if (writer !== undefined) return undefined;
        if (action.mode === "read") return { writer, readers: [...readers, id].sort() };
        return readers.length === 0 ? { writer: id, readers } : undefined;
      case "held":
        return writer === id || readers.includes(id) ? state : undefined;
      case "downgrade":
        return writer === id ? { writer: undefined, readers: [id] } : undefined;
      case "end":
        if (writer === id) return { writer: undefined, readers };
        return readers.includes(id) ? { writer, readers: readers.filter((reader) => reader !== id) } : undefined;
    }
  },
  subjectOf: ({ id }) => id,
  isLook: ({ f }) => f === "held",
  makesRoom: ({ f }) => f === "end",
  keyOf: ({ writer, readers }) => `${writer ?? ""} ${readers.join()}`,
};
