import type { Mutant } from "./mutant.js";

/** Mistakes about the queue of contenders: who is next, and whose znode is whose. */
export const QUEUE_MUTANTS: readonly Mutant[] = [
  {
    name: "sequences compared as text",
    standsFor: "sequence numbers are sorted as strings: the first one after the wrap comes before the holder",
    hazards: ["H54"],
    file: "packages/core/src/recipe/queue.ts",
    search: "? (a, b) => compareSequence(a.sequence, b.sequence)",
    replace: "? (a, b) => (a.name.slice(-10) < b.name.slice(-10) ? -1 : 1)",
  },
  {
    name: "sequences compared as plain numbers",
    standsFor: "sequence numbers are taken to grow for ever",
    hazards: ["H54"],
    file: "packages/core/src/recipe/sequence.ts",
    search: "return (a - b) | 0;",
    replace: "return a - b;",
  },
  {
    name: "counter that is used up",
    standsFor: "the order is read from sequence numbers that stand still",
    hazards: ["H54"],
    file: "packages/core/src/recipe/queue.ts",
    search: "return names.some((name) => isExhausted(naming.sequenceOf(name) ?? 0));",
    replace: "return names.some((name) => (naming.sequenceOf(name) ?? 0) < 0);",
  },
  {
    name: "watch on the first",
    standsFor: "every waiter watches the holder, and all of them wake at once",
    hazards: ["H39"],
    file: "packages/core/src/recipe/queue.ts",
    search: "const predecessor = awaited.at(-1);",
    replace: "const predecessor = awaited[0];",
  },
  {
    name: "not listed again",
    standsFor: "whoever wakes up takes its turn to have come",
    hazards: ["H32", "H44"],
    file: "packages/core/src/recipe/contend.ts",
    search: "decision = await place.review(signal);",
    replace: `decision = { kind: "granted" };`,
  },
  {
    name: "own znode not looked for",
    standsFor: "a contender whose own znode is gone counts itself as first",
    hazards: ["H45"],
    file: "packages/core/src/recipe/queue.ts",
    search: `  if (index < 0) return { kind: "gone" };\n`,
    replace: "",
  },
  {
    name: "session not checked at the grant",
    standsFor: "a place is granted although its session has ended since the listing was asked for",
    hazards: ["H45"],
    file: "packages/core/src/recipe/contend.ts",
    search: "if (session.isValid()) return place;",
    replace: "return place;",
  },
  {
    name: "new id after a lost create",
    standsFor: "a lost create is not looked for: the contender waits behind its own first znode",
    hazards: ["H1"],
    file: "packages/core/src/recipe/place.ts",
    search: "this.#isUncertain = true;",
    replace: "this.#prefix = this.#queue.naming.prefix(randomUUID());",
    also: [
      { file: "packages/core/src/recipe/place.ts", search: "readonly #prefix: string;", replace: "#prefix: string;" },
    ],
  },
  {
    name: "no owner check",
    standsFor: "a contender keeps its id in the next session, and adopts the znode that the last one left",
    hazards: ["H3"],
    file: "packages/core/src/recipe/place.ts",
    search: "if (stat.ephemeralOwner === this.session.id) {",
    replace: "if (stat.ephemeralOwner !== undefined) {",
    also: [
      {
        file: "packages/core/src/recipe/contend.ts",
        search: `export async function contend(
  queue: Queue,
  signal: AbortSignal,
  onWaiting: (ahead: number) => void = () => {},
): Promise<Place> {`,
        replace: `export async function contend(
  given: Queue,
  signal: AbortSignal,
  onWaiting: (ahead: number) => void = () => {},
): Promise<Place> {
  const prefix = given.naming.prefix(crypto.randomUUID());
  const queue = { ...given, naming: { ...given.naming, prefix: () => prefix } };`,
      },
      {
        file: "packages/core/src/recipe/place.ts",
        search: "#isUncertain = false;",
        replace: "#isUncertain = true;",
      },
    ],
  },
  {
    name: "no epoch guard",
    standsFor: "a step that began in one session goes on in the next, with the znode of the first",
    hazards: ["H22", "H23"],
    file: "packages/core/src/recipe/within-session.ts",
    search: "if ((await client.ready(signal)) === session) return;",
    replace: "if ((await client.ready(signal)).epoch >= session.epoch) return;",
    also: [
      {
        file: "packages/core/src/recipe/place.ts",
        search: "readonly session: LiveSession;",
        replace: "get session(): LiveSession {\n    return this.#queue.client.session;\n  }",
      },
      { file: "packages/core/src/recipe/place.ts", search: "    this.session = session;\n", replace: "" },
      {
        file: "packages/core/src/recipe/contend.ts",
        search: "if (session.isValid()) return place;",
        replace: "if (place.session.isValid()) return place;",
      },
      {
        file: "packages/core/src/recipe/wait-for-deletion.ts",
        search: "const { session, signal } = step;\n  for (;;) {",
        replace: "const { client, signal } = step;\n  for (;;) {\n    const { session } = client;",
      },
    ],
  },
  {
    name: "abort as an exit",
    standsFor: "an acquisition that fails or is aborted walks away from its znode",
    hazards: ["H47"],
    file: "packages/core/src/recipe/contend.ts",
    search: "await goneWithin(place.remove(), ABANDON_LIMIT_MS);\n      throw",
    replace: "throw",
  },
  {
    name: "time-out left to the session",
    standsFor: "the znode of an acquisition that timed out stays for as long as the session",
    hazards: ["H47"],
    file: "packages/core/src/recipe/contend.ts",
    search: "await goneWithin(place.remove(), ABANDON_LIMIT_MS);\n      throw",
    replace:
      "if (!(signal.reason instanceof TimeoutError)) await goneWithin(place.remove(), ABANDON_LIMIT_MS);\n      throw",
    also: [
      {
        file: "packages/core/src/recipe/contend.ts",
        search: `import { isLossError, NoNodeError } from "../errors.js";`,
        replace: `import { isLossError, NoNodeError, TimeoutError } from "../errors.js";`,
      },
    ],
  },
  {
    name: "trying leaves a znode",
    standsFor: "whoever tries in vain stays in the queue",
    hazards: ["H47"],
    file: "packages/core/src/recipe/contend.ts",
    search: "await goneWithin(place.remove(), ABANDON_LIMIT_MS);\n  return outcome;",
    replace: "return outcome;",
  },
  {
    name: "predecessor watched by exists",
    standsFor: "a watch stays behind on a znode that will never exist again",
    hazards: ["H36"],
    file: "packages/core/src/recipe/wait-for-deletion.ts",
    search: `session.request("get", { path, watch: true })`,
    replace: `session.request("exists", { path, watch: true })`,
  },
  {
    name: "token without proof",
    standsFor: "the listing's pzxid is taken for the token, also when somebody came after",
    hazards: ["H57"],
    file: "packages/core/src/recipe/fencing-token.ts",
    search: "return twiceCreations === twiceOurs ? parent.pzxid : undefined;",
    replace: "return twiceCreations >= twiceOurs ? parent.pzxid : undefined;",
  },
  {
    name: "sequence as the token",
    standsFor: "tokens begin anew when the parent is deleted and made again",
    hazards: ["H57"],
    file: "packages/core/src/recipe/fencing-token.ts",
    search: "return twiceCreations === twiceOurs ? parent.pzxid : undefined;",
    replace: "return twiceCreations === twiceOurs ? BigInt(sequence) : undefined;",
  },
];
