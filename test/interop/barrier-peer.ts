import { fileURLToPath } from "node:url";
import { curatorClassPath } from "./curator-classes.js";
import { type PeerEvent, PeerProcess } from "./peer-process.js";

/** The barriers of some library, in a process of its own. */
export interface BarrierPeer extends AsyncDisposable {
  create(path: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Whether the barrier was opened in time. */
  wait(path: string, timeoutSeconds: number): Promise<boolean>;
  enter(path: string, parties: number): Promise<void>;
  leave(path: string): Promise<void>;
  /** SIGKILL: the session stays until the server expires it. */
  kill(): Promise<void>;
}

interface BarrierEvent extends PeerEvent {
  readonly open?: boolean;
}

export async function startKazooBarrier(hosts: string): Promise<BarrierPeer> {
  const script = fileURLToPath(new URL("./peers/kazoo_barrier.py", import.meta.url));
  // Not whichever python3 comes first in PATH: Debian's kazoo is a package of the system's own interpreter.
  const command = "/usr/bin/python3";
  const remedy = "Debian packages: python3 and python3-kazoo";
  return barrierPeer(await PeerProcess.start({ name: "kazoo", command, args: ["-B", script, hosts], remedy }));
}

export async function startCuratorBarrier(hosts: string): Promise<BarrierPeer> {
  const quickStart = ["-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
  const args = [...quickStart, "-cp", await curatorClassPath("CuratorBarrier"), "CuratorBarrier", hosts];
  const remedy = "Debian package: default-jdk-headless";
  return barrierPeer(await PeerProcess.start({ name: "curator", command: "java", args, remedy }));
}

function barrierPeer(peer: PeerProcess): BarrierPeer {
  return {
    async create(path) {
      await peer.request("create", { path });
    },
    async remove(path) {
      await peer.request("remove", { path });
    },
    async wait(path, timeoutSeconds) {
      const { open }: BarrierEvent = await peer.request("wait", { path, timeoutSeconds });
      return open === true;
    },
    async enter(path, parties) {
      await peer.request("enter", { path, parties });
    },
    async leave(path) {
      await peer.request("leave", { path });
    },
    kill: () => peer.kill(),
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}
