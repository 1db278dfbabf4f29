import { type LockDialect, type Naming, parseSequence } from "@zookit/core/recipe";

/**
 * How the znodes of a read/write lock's contenders are named.
 *
 * - `curator`: `_c_<uuid>-__READ__NNNNNNNNNN` and `_c_<uuid>-__WRIT__NNNNNNNNNN`, as Curator's InterProcessReadWriteLock.
 * - `kazoo`: `<32 hex>__rlock__NNNNNNNNNN` and `<32 hex>__lock__NNNNNNNNNN`, as kazoo's ReadLock and WriteLock.
 *
 * All four count, whichever are written. A writer's name in kazoo's dialect is that of a plain lock.
 */
export type Mode = "read" | "write";

const MARKERS: readonly (readonly [string, Mode])[] = [
  ["__READ__", "read"],
  ["__WRIT__", "write"],
  ["__rlock__", "read"],
  ["__lock__", "write"],
];

const PREFIXES: Readonly<Record<LockDialect, Readonly<Record<Mode, (id: string) => string>>>> = {
  curator: { read: (id) => `_c_${id}-__READ__`, write: (id) => `_c_${id}-__WRIT__` },
  kazoo: { read: (id) => `${id.replaceAll("-", "")}__rlock__`, write: (id) => `${id.replaceAll("-", "")}__lock__` },
};

/** What a name says of its contender; `undefined` for a child that is none (H56). */
function parse(name: string): { readonly mode: Mode; readonly sequence: number } | undefined {
  for (const [marker, mode] of MARKERS) {
    const at = name.lastIndexOf(marker);
    const sequence = at < 0 ? undefined : parseSequence(name.slice(at + marker.length));
    if (sequence !== undefined) return { mode, sequence };
  }
  return undefined;
}

/** One function for both sides: whoever waits for a writer and whoever reads agree on who contends. */
function sequenceOf(name: string): number | undefined {
  return parse(name)?.sequence;
}

function isWriter(name: string): boolean {
  return parse(name)?.mode === "write";
}

/** A writer waits for everybody who came before it, a reader for the writers among them (H59). */
export function readWriteNaming(dialect: LockDialect, mode: Mode): Naming {
  return {
    prefix: PREFIXES[dialect][mode],
    sequenceOf,
    ...(mode === "read" && { isAwaited: isWriter }),
  };
}

/** How many of the contenders in front hold: one writer, or all readers that no writer came before. */
export function holdersOf(queue: readonly string[]): number {
  const firstWriter = queue.findIndex(isWriter);
  if (firstWriter < 0) return queue.length;
  return Math.max(firstWriter, 1);
}
