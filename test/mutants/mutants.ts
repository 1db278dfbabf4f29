import { ELECTION_MUTANTS } from "./election-mutants.js";
import { HOLDING_MUTANTS } from "./holding-mutants.js";
import type { Mutant } from "./mutant.js";
import { QUEUE_MUTANTS } from "./queue-mutants.js";
import { SESSION_MUTANTS } from "./session-mutants.js";
import { WRITE_MUTANTS } from "./write-mutants.js";

export const MUTANTS: readonly Mutant[] = [
  ...SESSION_MUTANTS,
  ...WRITE_MUTANTS,
  ...QUEUE_MUTANTS,
  ...HOLDING_MUTANTS,
  ...ELECTION_MUTANTS,
];
