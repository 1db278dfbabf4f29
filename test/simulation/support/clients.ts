import { connect, type ZooKeeper } from "@zookit/core";
import type { SimulatedEnsemble, VirtualTime } from "@zookit/testing";

export const SESSION_MS = 2_000;

/** A client of a simulated ensemble, patient enough for any trouble. */
export async function openClient(ensemble: SimulatedEnsemble): Promise<ZooKeeper> {
  return await connect("simulated", {
    transport: ensemble.transport,
    sessionTimeoutMs: SESSION_MS,
    connectTimeoutMs: 60_000,
  });
}

/** Waits in virtual time until a condition holds. */
export async function waitFor(time: VirtualTime, what: string, condition: () => boolean): Promise<void> {
  const until = time.elapsedMs + 20_000;
  while (!condition()) {
    if (time.elapsedMs > until) throw new Error(`in vain: ${what}`);
    await time.pass(10);
  }
}

export function childrenOf({ tree }: SimulatedEnsemble, path: string): readonly string[] {
  return tree.read({ type: "children", path }, []).children ?? [];
}

/** The index of the server that a client is connected to. */
export function serverOf(ensemble: SimulatedEnsemble, { session }: ZooKeeper): number {
  return ensemble.servers.findIndex(({ sessions }) => sessions.includes(session.id));
}
