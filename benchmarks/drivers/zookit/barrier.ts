import { DoubleBarrier } from "@zookit/barrier";
import { connectAll, type ZookitWork } from "./work.js";

/** Once for each participant, of which each has a session of its own. */
export const doubleBarrier: ZookitWork = async ({ connect, path, params }) => {
  const clients = await connectAll(connect, params.clients);
  const barriers = clients.map((zk) => new DoubleBarrier(zk, `${path}/barrier`, params.parties));
  const takePart = async (barrier: DoubleBarrier): Promise<void> => {
    await barrier.enter();
    await barrier.leave();
  };
  return async () => {
    await Promise.all(barriers.map(takePart));
    return { operations: barriers.length };
  };
};
