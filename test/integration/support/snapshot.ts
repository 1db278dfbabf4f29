import type { ZooKeeper } from "@zookit/core";

/**
 * Everything below a path that a client can see, one entry for each znode; empty if there is no such znode. Its Stat shows that the
 * ACL was changed too.
 */
export async function snapshot(zk: ZooKeeper, path: string): Promise<Readonly<Record<string, unknown>>> {
  if ((await zk.exists(path)) === undefined) return {};
  const [{ data, stat }, { children }] = await Promise.all([zk.get(path), zk.children(path)]);
  const below = await Promise.all(children.map((name) => snapshot(zk, `${path}/${name}`)));
  return Object.assign({ [path]: { data: data.toString("hex"), stat } }, ...below);
}
