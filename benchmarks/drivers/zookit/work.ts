import type { ZooKeeper } from "@zookit/core";
import type { Work } from "../node/serve.js";

export type ZookitWork = Work<ZooKeeper>;

/** Paths below the given one, which is there already. */
export function pathsBelow(path: string, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => `${path}/${index}`);
}

/** So many clients, each with a session of its own. */
export function connectAll(connect: () => Promise<ZooKeeper>, count: number): Promise<readonly ZooKeeper[]> {
  return Promise.all(Array.from({ length: count }, () => connect()));
}
