import type { Mutant } from "./mutant.js";

const CHANGE = "packages/counter/src/change.ts";
const RECORD = "packages/counter/src/record.ts";

/** Mistakes about the value of a counter, and about whose write it holds. */
export const COUNTER_MUTANTS: readonly Mutant[] = [
  {
    name: "counter that forgets its writers",
    standsFor: "the record names the last writer only, and an earlier one whose answer was lost writes again",
    hazards: ["H7", "H75"],
    file: RECORD,
    search: "[...others, [writer, write] as const]",
    replace: "[...others.slice(others.length), [writer, write] as const]",
  },
  {
    name: "counter's earlier write taken for the latest",
    standsFor: "whoever finds itself among the writers believes that its latest write was applied",
    hazards: ["H75"],
    file: RECORD,
    search: "return latest[1] >= sent.write;",
    replace: "return latest[1] >= 0;",
  },
  {
    name: "counter's forgotten writer guesses",
    standsFor: "a writer that may have been forgotten says that its write was not applied",
    hazards: ["H75"],
    file: RECORD,
    search: "return isOlder ? false : undefined;",
    replace: "return isOlder && false;",
  },
  {
    name: "counter wraps",
    standsFor: "a sum that the format has no room for is stored",
    hazards: ["H76"],
    file: CHANGE,
    search: "if (after >= min && after <= max) return { before, after };",
    replace: "if (min <= max) return { before, after };",
  },
  {
    name: "counter exchanged unseen",
    standsFor: "a compare-and-set replaces whatever value there is",
    hazards: ["H77"],
    file: CHANGE,
    search: "if (before !== expected) return { before, after: before };",
    replace: "if (before !== expected && next !== next) return { before, after: before };",
  },
  {
    name: "counter read in another encoding",
    standsFor: "what is no number in this encoding is read as the initial value, and overwritten",
    hazards: ["H76"],
    file: RECORD,
    search: `throw unreadable(path, "a counter of zookit's own format");`,
    replace: "return { value: initial, writers: [] };",
  },
];
