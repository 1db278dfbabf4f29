import type { ZooKeeper } from "@zookit/core";
import { afterAll, beforeAll, beforeEach } from "vitest";
import { type Ensemble, startEnsemble, uniqueRoot, waitUntil } from "../../harness/index.js";

export const TICK_MS = 500;
/** As long as the servers allow: what is tested is that a session outlives the outage, not how short it can be. */
export const LONG_SESSION_MS = 20 * TICK_MS;
export const SHORT_SESSION_MS = 5 * TICK_MS;

/**
 * Starts three servers for the tests of a describe block, and stops them at its end. Before each test `give` gets them, once
 * all that live serve, and a path that no other test uses. Tests are skipped where servers cannot be killed and started.
 */
export function onThreeServers(give: (ensemble: Ensemble, path: string) => void): void {
  let ensemble: Ensemble;
  beforeAll(async () => {
    ensemble = await startEnsemble({ servers: 3, tickTimeMs: TICK_MS });
  });
  afterAll(() => ensemble?.stop());
  beforeEach(async (context) => {
    context.skip(!ensemble.canControlProcesses, "needs control over the servers' processes");
    await ensemble.waitUntilServing();
    give(ensemble, uniqueRoot());
  });
}

/** Waits until all of them are connected again. */
export async function untilConnected(clients: readonly ZooKeeper[]): Promise<void> {
  await waitUntil(() => clients.every(({ state }) => state === "connected"), { what: "all are connected again" });
}
