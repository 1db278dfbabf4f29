import type { Driver } from "./driver.js";
import type { Stage } from "./stage.js";
import type { Workload } from "./workload.js";

/** So long that no reply can overtake a request which was sent together with the one it answers. */
const DELAY_MS = 30;
const SESSION_TIMEOUT_MS = 40_000;

/** Round trips of one operation that follow one another, counted by the proxy: exact, and the same on every machine. */
export async function countRoundTrips(
  stage: Stage,
  driver: Driver,
  workload: Workload,
  budgetMs: number,
): Promise<number> {
  const { proxy } = stage;
  const { work, params = {} } = workload;
  await proxy.delay(DELAY_MS, "to-client");
  try {
    const path = await stage.newPath();
    await driver.prepare({ work, hosts: proxy.hosts, path, sessionTimeoutMs: SESSION_TIMEOUT_MS, params });
    // What is needed once is not what is asked for.
    await driver.run(1);
    const { flights: before } = await proxy.counts();
    const { operations } = await driver.run(budgetMs);
    return ((await proxy.counts()).flights - before) / operations;
  } finally {
    await driver.finish();
    await proxy.delay(0);
  }
}
