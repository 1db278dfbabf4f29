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
    file: "packages/party/src/content.ts",
    search: "this.#wanted = this.#wanted.slice(Math.max(0, this.#wanted.indexOf(data)));",
    replace: "this.#wanted = this.#wanted.slice(0, data.length < 0 ? 0 : 1);",
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
