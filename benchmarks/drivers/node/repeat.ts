import type { Outcome } from "./serve.js";

/** How many latencies are kept: enough for any quantile. */
const MOST_LATENCIES = 20_000;

/** Each task does it one after the other until the time is over, and at least once. */
export async function repeat(budgetMs: number, once: () => Promise<unknown>, tasks = 1): Promise<Outcome> {
  const until = performance.now() + budgetMs;
  const latenciesMs: number[] = [];
  let operations = 0;
  const task = async () => {
    let [begun, ended] = [performance.now(), 0];
    do {
      await once();
      operations++;
      ended = performance.now();
      if (operations <= MOST_LATENCIES) latenciesMs.push(ended - begun);
      begun = ended;
    } while (ended < until);
  };
  await Promise.all(Array.from({ length: tasks }, task));
  return { operations, latenciesMs };
}

/** The same for things of which each is done once a turn, all at the same time. */
export async function repeatAll<T>(budgetMs: number, things: readonly T[], once: (thing: T) => Promise<unknown>) {
  const turns = await repeat(budgetMs, () => Promise.all(things.map(once)));
  return { operations: turns.operations * things.length };
}
