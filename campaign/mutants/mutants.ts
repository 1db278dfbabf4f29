import type { Mutant } from "../../test/mutants/mutant.js";
import { MUTANTS } from "../../test/mutants/mutants.js";

/** Mistakes about what the tests of core and lock do not look at, or that only servers of several minds show. */
const OWN: readonly Mutant[] = [
  {
    name: "one token for all",
    standsFor: "a token is the same for every holder, as long as the lock's znode stays",
    hazards: ["H57"],
    file: "packages/core/src/recipe/fencing-token.ts",
    search: "return twiceCreations === twiceOurs ? parent.pzxid : undefined;",
    replace: "return twiceCreations === twiceOurs ? parent.czxid : undefined;",
  },
  {
    name: "member not joined again",
    standsFor: "a member whose session has ended does not notice, and is not listed any more",
    hazards: ["H21"],
    file: "packages/core/src/recipe/seat.ts",
    search: "session = await enterSeat(seat, signal);",
    replace: "return;",
  },
];

/** Those of the tests' mutants that no minute under fire can pass over. Others need one order of events out of very many. */
const CHOSEN = [
  "deadline ignored",
  "not listed again",
  "new id after a lost create",
  "time-out left to the session",
  "delete error swallowed",
  "update applied again",
  "reader waits for nobody",
  "one permit too many",
  "barrier passed one short",
  "barrier left while one is inside",
  "partition passes on while its call runs",
];

export const CAMPAIGN_MUTANTS: readonly Mutant[] = [
  ...CHOSEN.map((name) => {
    const mutant = MUTANTS.find((each) => each.name === name);
    if (mutant === undefined) throw new Error(`there is no mutant ${name}`);
    return mutant;
  }),
  ...OWN,
];
