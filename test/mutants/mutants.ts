import { BARRIER_MUTANTS } from "./barrier-mutants.js";
import { COUNTER_MUTANTS } from "./counter-mutants.js";
import { ELECTION_MUTANTS } from "./election-mutants.js";
import { HOLDING_MUTANTS } from "./holding-mutants.js";
import type { Mutant } from "./mutant.js";
import { PARTITIONER_MUTANTS } from "./partitioner-mutants.js";
import { PARTY_MUTANTS } from "./party-mutants.js";
import { QUEUE_MUTANTS } from "./queue-mutants.js";
import { READ_WRITE_MUTANTS } from "./read-write-mutants.js";
import { SEAT_MUTANTS } from "./seat-mutants.js";
import { SEMAPHORE_MUTANTS } from "./semaphore-mutants.js";
import { SESSION_MUTANTS } from "./session-mutants.js";
import { WRITE_MUTANTS } from "./write-mutants.js";

export const MUTANTS: readonly Mutant[] = [
  ...SESSION_MUTANTS,
  ...WRITE_MUTANTS,
  ...QUEUE_MUTANTS,
  ...HOLDING_MUTANTS,
  ...READ_WRITE_MUTANTS,
  ...BARRIER_MUTANTS,
  ...PARTITIONER_MUTANTS,
  ...SEMAPHORE_MUTANTS,
  ...ELECTION_MUTANTS,
  ...SEAT_MUTANTS,
  ...PARTY_MUTANTS,
  ...COUNTER_MUTANTS,
];
