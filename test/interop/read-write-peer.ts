import { fileURLToPath } from "node:url";
import { curatorClassPath } from "./curator-classes.js";
import { PeerProcess } from "./peer-process.js";

/** A side of a read/write lock; `mutex` is Curator's lock that can be asked to give way. */
type Side = "read" | "write" | "mutex";

/** A client of some library that takes locks at any path, from a process of its own. */
export interface ReadWritePeer extends AsyncDisposable {
  acquire(path: string, side: Side, options?: { readonly timeoutMs?: number }): Promise<void>;
  release(path: string, side: Side): Promise<void>;
  /** SIGKILL: the session stays until the server expires it. */
  kill(): Promise<void>;
}

export interface CuratorReadWritePeer extends ReadWritePeer {
  /** Makes a writer a reader, as Curator does. */
  downgrade(path: string): Promise<void>;
  /** Resolves once the mutex of that path has been asked to give way. */
  asked(path: string): Promise<void>;
  /** Asks the holder with that znode to give way. */
  ask(node: string): Promise<void>;
}

export async function startKazooReadWrite(hosts: string): Promise<ReadWritePeer> {
  const script = fileURLToPath(new URL("./peers/kazoo_read_write.py", import.meta.url));
  // Not whichever python3 comes first in PATH: Debian's kazoo is a package of the system's own interpreter.
  const command = "/usr/bin/python3";
  const remedy = "Debian packages: python3 and python3-kazoo";
  return peerOf(await PeerProcess.start({ name: "kazoo", command, args: ["-B", script, hosts], remedy }));
}

export async function startCuratorReadWrite(hosts: string): Promise<CuratorReadWritePeer> {
  const quickStart = ["-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
  const classPath = await curatorClassPath("CuratorReadWrite");
  const args = [...quickStart, "-cp", classPath, "CuratorReadWrite", hosts];
  const remedy = "Debian package: default-jdk-headless";
  const peer = await PeerProcess.start({ name: "curator", command: "java", args, remedy });
  return {
    ...peerOf(peer),
    async downgrade(path) {
      await peer.request("downgrade", { path });
    },
    async asked(path) {
      await peer.request("asked", { path });
    },
    async ask(node) {
      await peer.request("ask", { path: node });
    },
  };
}

function peerOf(peer: PeerProcess): ReadWritePeer {
  return {
    async acquire(path, side, { timeoutMs } = {}) {
      const limit = timeoutMs === undefined ? {} : { timeoutSeconds: timeoutMs / 1_000 };
      await peer.request("acquire", { path, side, ...limit });
    },
    async release(path, side) {
      await peer.request("release", { path, side });
    },
    kill: () => peer.kill(),
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}
