import { join } from "node:path";
import { NoNodeError, type ZooKeeper } from "@zookit/core";

/** The ephemeral znodes below a path. */
export async function ephemeralsBelow(zk: ZooKeeper, path: string): Promise<readonly string[]> {
  const stat = await zk.exists(path);
  if (stat === undefined) return [];
  if (stat.ephemeralOwner !== undefined) return [path];
  try {
    const { children } = await zk.children(path);
    const below = await Promise.all(children.map((name) => ephemeralsBelow(zk, join(path, name))));
    return below.flat();
  } catch (error) {
    // Containers are removed when they are empty.
    if (error instanceof NoNodeError) return [];
    throw error;
  }
}
