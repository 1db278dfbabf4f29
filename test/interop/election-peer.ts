import { fileURLToPath } from "node:url";
import { curatorClassPath } from "./curator-classes.js";
import { PeerProcess, type PeerProgram } from "./peer-process.js";

/** A contender of some library in the election at one path, in a process of its own. */
interface ElectionPeer extends AsyncDisposable {
  /** Resolves when it leads. */
  campaign(): Promise<void>;
  resign(): Promise<void>;
  /** Identifiers in queue order, as the library reads them. */
  contenders(): Promise<readonly string[]>;
  /** SIGKILL: the session stays until the server expires it. */
  kill(): Promise<void>;
}

/** A foreign client and the zookit dialect in which they are to have one leader at one path. */
export interface ElectionPairing {
  readonly name: string;
  readonly dialect: "curator" | "kazoo";
  readonly startPeer: (hosts: string, path: string, identifier: string) => Promise<ElectionPeer>;
}

export const ELECTION_PAIRINGS: readonly ElectionPairing[] = [
  { name: "kazoo's Election and zookit in kazoo's dialect", dialect: "kazoo", startPeer: startKazoo },
  { name: "Curator's LeaderSelector and zookit in its default dialect", dialect: "curator", startPeer: startCurator },
];

function startKazoo(hosts: string, path: string, identifier: string): Promise<ElectionPeer> {
  const script = fileURLToPath(new URL("./peers/kazoo_election.py", import.meta.url));
  return startPeer({
    name: "kazoo",
    // Not whichever python3 comes first in PATH: Debian's kazoo is a package of the system's own interpreter.
    command: "/usr/bin/python3",
    args: ["-B", script, hosts, path, "--identifier", identifier],
    remedy: "Debian packages: python3 and python3-kazoo",
  });
}

async function startCurator(hosts: string, path: string, identifier: string): Promise<ElectionPeer> {
  const quickStart = ["-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
  const classPath = await curatorClassPath("CuratorElection");
  return startPeer({
    name: "curator",
    command: "java",
    args: [...quickStart, "-cp", classPath, "CuratorElection", hosts, path, "--identifier", identifier],
    remedy: "Debian package: default-jdk-headless",
  });
}

async function startPeer(program: PeerProgram): Promise<ElectionPeer> {
  const peer = await PeerProcess.start(program);
  return {
    async campaign() {
      await peer.request("campaign");
    },
    async resign() {
      await peer.request("resign");
    },
    async contenders() {
      return (await peer.request("contenders")).contenders ?? [];
    },
    kill: () => peer.kill(),
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}
