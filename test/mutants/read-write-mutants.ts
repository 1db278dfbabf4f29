import type { Mutant } from "./mutant.js";

const WRITE_HANDLE = "packages/lock/src/write-lock-handle.ts";
const READ_PLACE = "packages/lock/src/read-place.ts";
const QUEUE = "packages/core/src/recipe/queue.ts";
const GATHER = "packages/lock/src/gather.ts";

/** Mistakes about readers and writers, and about several locks at once. */
export const READ_WRITE_MUTANTS: readonly Mutant[] = [
  {
    name: "reader waits for later writers",
    standsFor: "a reader waits for a writer that came later, and that one for the reader",
    hazards: ["H59"],
    file: QUEUE,
    search: "const awaited = queue.slice(0, index).filter(",
    replace: "const awaited = queue.slice(0, naming.isAwaited === undefined ? index : undefined).filter(",
  },
  {
    name: "reader waits for nobody",
    standsFor: "a reader reads while an earlier writer writes",
    hazards: ["H59"],
    file: "packages/lock/src/read-write-naming.ts",
    search: "isAwaited: isWriter }",
    replace: "isAwaited: () => false }",
  },
  {
    name: "writer leaves before the reader is there",
    standsFor: "a writer that becomes a reader gives its place up first",
    hazards: ["H60"],
    file: WRITE_HANDLE,
    search: "await place.enter(signal);",
    replace: `this.#place.remove("gave-up");\n        await place.enter(signal);`,
    also: [{ file: READ_PLACE, search: "      await looked;\n", replace: "" }],
  },
  {
    name: "place not proven",
    standsFor: "a writer becomes a reader without looking whether its znode was still there",
    hazards: ["H46", "H60"],
    file: READ_PLACE,
    search: "      await looked;\n",
    replace: "",
  },
  {
    name: "reader's place handed over",
    standsFor: "the next writer of the same client goes on when a writer becomes a reader",
    hazards: ["H60"],
    file: WRITE_HANDLE,
    search: `      this.#place.remove("gave-up");\n`,
    replace: "",
  },
  {
    name: "order by czxids alone",
    standsFor: "a reader in a writer's place comes after those who waited, once somebody has no number of its own",
    hazards: ["H54", "H60"],
    file: QUEUE,
    search: "  if (!(isLateA || isLateB)) return compareSequence(a.sequence, b.sequence);\n",
    replace: "",
    also: [{ file: QUEUE, search: "  if (!(isLateA && isLateB)) return isLateA ? 1 : -1;\n", replace: "" }],
  },
  {
    name: "place without a number",
    standsFor: "a writer becomes a reader although its number tells no place",
    hazards: ["H54", "H60"],
    file: WRITE_HANDLE,
    search: "if (sequence === undefined || isExhausted(sequence)) {",
    replace: "if (sequence === undefined || isExhausted(sequence + 2 ** 40)) {",
  },
  {
    name: "reader's create not recognized",
    standsFor: "a create that is repeated takes its own znode for another's",
    hazards: ["H8"],
    file: READ_PLACE,
    search: "if (!(error instanceof NodeExistsError)) throw error;",
    replace: "throw error;",
  },
  {
    name: "failed downgrade leaves a reader",
    standsFor: "whoever gives up becoming a reader walks away from the reader's znode",
    hazards: ["H47"],
    file: WRITE_HANDLE,
    search: "        await goneWithin(place.remove(), ABANDON_LIMIT_MS);\n",
    replace: "",
  },
  {
    name: "other side not refused",
    standsFor: "a reader that wants to write inside its block waits for itself",
    hazards: ["H61"],
    file: "packages/lock/src/nesting.ts",
    search: "held.client === client && held.path === path)",
    replace: "held.client === client && held.path === path && held.name === name)",
  },
  {
    name: "locks in the order given",
    standsFor: "two that take the same locks in different orders wait for each other",
    hazards: ["H63"],
    file: "packages/lock/src/multi-lock.ts",
    search: "[...members].sort(byPath)",
    replace: "[...members]",
  },
  {
    name: "a part of the locks kept",
    standsFor: "some of several locks stay taken although not all could be",
    hazards: ["H63"],
    file: GATHER,
    search: "      await taken.giveBack();\n      if (signal.aborted",
    replace: "      if (signal.aborted",
  },
  {
    name: "lost while others were waited for",
    standsFor: "several locks are said to be held although one was lost meanwhile",
    hazards: ["H45"],
    file: GATHER,
    search: "if (taken.areHeld()) return taken.handles;",
    replace: "return taken.handles;",
  },
];
