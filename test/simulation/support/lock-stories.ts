import fc from "fast-check";
import type { LockStory } from "./lock-story.js";
import { troubles } from "./trouble.js";

/** Stories of the lock, with troubles that come at random. */
export const LOCK_STORIES: fc.Arbitrary<LockStory> = fc.record({
  clients: fc.constantFrom(2, 2, 2, 2, 3),
  tasks: fc.constantFrom(1, 1, 2),
  rounds: fc.constantFrom(1, 1, 1, 1, 2),
  // Seldom long enough for the holder to watch its own znode.
  holdMs: fc.constantFrom(5, 20, 20, 400),
  troubles: troubles(20, 3),
});
