import type { Acl } from "@zookit/core";
import { Code, Refusal } from "./code.js";
import { addChild, type Node, newNode, removeChild } from "./node.js";
import { NO_OWNER, ownership } from "./owner.js";
import { splitPath } from "./path.js";

/** The znodes by path, and those that are found by their owner: each session's ephemerals, and what may be reaped. */
export class NodeTable {
  readonly #nodes = new Map<string, Node>();
  /** Paths of the ephemeral znodes of each session that is open. */
  readonly #sessions = new Map<bigint, Set<string>>();
  readonly #reapable = new Set<string>();

  /** ZooKeeper finds the root under the empty path too. */
  get(path: string): Node | undefined {
    return this.#nodes.get(path === "" ? "/" : path);
  }

  /** @throws {Refusal} `noNode` */
  existing(path: string): Node {
    const node = this.get(path);
    if (node === undefined) throw new Refusal(Code.noNode);
    return node;
  }

  /** Adds a znode below one that exists. */
  link(path: string, node: Node): void {
    const { parent, name } = splitPath(path);
    this.#nodes.set(path, node);
    // The root has no name, and is no child.
    if (name !== "") addChild(this.existing(parent), name);
    const { kind } = ownership(node.owner);
    if (kind === "session") this.#sessions.get(node.owner)?.add(path);
    if (kind === "container" || kind === "ttl") this.#reapable.add(path);
  }

  /** Takes away a znode that has no children. */
  unlink(path: string): void {
    const { parent, name } = splitPath(path);
    const { owner } = this.existing(path);
    this.#nodes.delete(path);
    removeChild(this.existing(parent), name);
    this.#sessions.get(owner)?.delete(path);
    this.#reapable.delete(path);
  }

  openSession(session: bigint): void {
    this.#sessions.set(session, new Set());
  }

  closeSession(session: bigint): void {
    this.#sessions.delete(session);
  }

  hasSession(session: bigint): boolean {
    return this.#sessions.has(session);
  }

  ephemeralsOf(session: bigint): readonly string[] {
    return [...(this.#sessions.get(session) ?? [])];
  }

  /** Paths of containers that are empty after they had children, and of TTL znodes whose time is up. */
  due(nowMs: number): readonly string[] {
    return [...this.#reapable].filter((path) => {
      const node = this.existing(path);
      const owned = ownership(node.owner);
      if (node.children.size > 0) return false;
      return owned.kind === "ttl" ? nowMs - node.mtimeMs > owned.ttlMs : node.creations > 0;
    });
  }

  /** Number of znodes below one that exists; the root is below the empty path. */
  countBelow(path: string): number {
    if (path === "") return this.#nodes.size;
    if (path === "/") return this.#nodes.size - 1;
    const prefix = `${path}/`;
    let count = 0;
    for (const other of this.#nodes.keys()) if (other.startsWith(prefix)) count++;
    return count;
  }
}

const EMPTY = Buffer.alloc(0);
const OPEN_ACL: readonly Acl[] = [{ scheme: "world", id: "anyone", permissions: 31 }];
const CONFIG_ACL: readonly Acl[] = [{ scheme: "world", id: "anyone", permissions: 1 }];

/** What every server has from the start. */
export function firstNodes(): NodeTable {
  const nodes = new NodeTable();
  for (const path of ["/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config"]) {
    const isConfig = path === "/zookeeper/config";
    const node = newNode({ data: EMPTY, acl: isConfig ? CONFIG_ACL : OPEN_ACL, owner: NO_OWNER }, 0n, 0);
    // ZooKeeper sets this ACL with "any version", and stores that as the version.
    if (isConfig) node.aversion = -1;
    nodes.link(path, node);
  }
  return nodes;
}
