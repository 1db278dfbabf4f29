import { setTimeout as pause } from "node:timers/promises";

const LIMIT_MS = 120_000;
const INTERVAL_MS = 5;

/** Waits until the condition holds while the work goes on. Fails with what the work fails with: nobody waits for it then. */
export async function waitDuring(
  work: Promise<unknown>,
  condition: () => Promise<boolean>,
  what: string,
): Promise<void> {
  let failure: { readonly error: unknown } | undefined;
  work.catch((error: unknown) => {
    failure = { error };
  });
  const until = performance.now() + LIMIT_MS;
  while (!(await condition())) {
    if (failure !== undefined) throw failure.error;
    if (performance.now() > until) throw new Error(`it never comes to this: ${what}`);
    await pause(INTERVAL_MS);
  }
}
