import type { Mutant } from "./mutant.js";

/** Mistakes about the members of a party: who is one, and what is known of them. */
export const PARTY_MUTANTS: readonly Mutant[] = [
  {
    name: "party of everything that is there",
    standsFor: "children of other kinds are taken for members",
    hazards: ["H56"],
    file: "packages/party/src/naming.ts",
    search: "return name.includes(MARK);",
    replace: `return name !== "";`,
  },
  {
    name: "party member that is there by an event only",
    standsFor: "after a stall a member whose session has ended says that it is there",
    hazards: ["H14"],
    file: "packages/party/src/membership.ts",
    search: `return this.#state.value === "joined" && !this.#session.isValid() ? "absent" : this.#state.value;`,
    replace: "return this.#state.value;",
  },
  {
    name: "party member back with its first data",
    standsFor: "a member that joins again after its session has ended does so with the data that it joined with",
    hazards: ["H21"],
    file: "packages/party/src/membership.ts",
    search: "    this.#content.data = toBuffer(data, path);\n",
    replace: "    const latest = { ...this.#content, data: toBuffer(data, path) };\n",
    also: [
      {
        file: "packages/party/src/membership.ts",
        search: `session.request("set", { path, data: this.#seat.data(), version: -1 }),`,
        replace: `session.request("set", { path, data: encodeIdentity({ ...this, ...latest }), version: -1 }),`,
      },
      {
        file: "packages/party/src/membership.ts",
        search: "  checkWithWaitOptions,\n",
        replace: "  checkWithWaitOptions,\n  encodeIdentity,\n",
      },
    ],
  },
  {
    name: "party member that came back unnoticed",
    standsFor: "a member that left and came back between two looks is taken to have been there all the time",
    hazards: ["H42"],
    file: "packages/party/src/roll.ts",
    search: "other.get(name)?.stat.czxid !== stat.czxid",
    replace: "!other.has(name) && stat !== undefined",
  },
];
