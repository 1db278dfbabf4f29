import { DoubleBarrier } from "@zookit/barrier";
import { connectAll, type ZookitWork } from "./work.js";

/** All participants of this process enter, and in the next run leave; each has a session of its own. */
export const doubleBarrier: ZookitWork = async ({ connect, path, params }) => {
  const clients = await connectAll(connect, params.clients);
  const barriers = clients.map((zk) => new DoubleBarrier(zk, `${path}/barrier`, params.parties));
  let isInside = false;
  return async () => {
    await Promise.all(barriers.map(async (each) => (isInside ? each.leave() : each.enter())));
    isInside = !isInside;
    return { operations: barriers.length };
  };
};
