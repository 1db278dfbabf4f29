import type { Ensemble } from "../../harness/index.js";

/** Kills the leader, and starts that server again once another one leads. */
export async function killLeader(ensemble: Ensemble): Promise<void> {
  const leader = await ensemble.leader();
  await leader.kill();
  await ensemble.leader();
  await leader.start();
}

/** Restarts the whole ensemble one server at a time, each once the one before serves again. */
export async function restartOneByOne(ensemble: Ensemble): Promise<void> {
  for (const server of ensemble.servers) {
    await server.restart();
    await ensemble.waitUntilServing();
  }
}
