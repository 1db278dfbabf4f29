import type { Parameters } from "fast-check";

/** How many schedules are tried, and under which seed; a failure prints its own, with the path that replays it. */
const { ZOOKIT_SCHEDULES = "20000", ZOOKIT_SEED } = process.env;

/** For all of them on a slow and busy machine, in milliseconds: what takes longer hangs. */
export const SCHEDULES_LIMIT_MS = 1_800_000;

export const SCHEDULES: Parameters<unknown> = {
  numRuns: Number(ZOOKIT_SCHEDULES),
  ...(ZOOKIT_SEED !== undefined && { seed: Number(ZOOKIT_SEED) }),
  // Beyond it a failure is reported as it was found: shrinking runs the story again and again.
  interruptAfterTimeLimit: SCHEDULES_LIMIT_MS - 100_000,
  markInterruptAsFailure: true,
};
