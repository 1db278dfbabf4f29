import { fileURLToPath } from "node:url";
import { curatorClassPath } from "./curator-classes.js";
import type { Ledger } from "./ledger.js";
import { PeerProcess, type PeerProgram } from "./peer-process.js";

export interface PeerOptions {
  /** The name in the ledger and in errors; the kind of peer unless told. */
  readonly name?: string;
  /** What the peer writes into its lock node. */
  readonly identifier?: string;
  /** Milliseconds, 4,000 unless told. */
  readonly sessionTimeoutMs?: number;
}

export interface KazooOptions extends PeerOptions {
  /** Further node names that count as contenders; kazoo reads them as regular expressions. */
  readonly extraLockPatterns?: readonly string[];
}

export interface ZookitOptions extends PeerOptions {
  readonly dialect?: "curator" | "kazoo";
}

interface Contention {
  readonly ledger: Ledger;
  readonly rounds: number;
  /** The longest time inside the critical section; each round takes a random part of it. */
  readonly holdMs: number;
}

/** A client of some library that contends for the lock at one path from a process of its own. */
export interface LockPeer extends AsyncDisposable {
  readonly name: string;
  /** Resolves to the name of the own znode. */
  acquire(options?: { readonly timeoutMs?: number }): Promise<string>;
  release(): Promise<void>;
  /** Enters the ledger's critical section as often as asked, each time under the lock. */
  contend(contention: Contention): Promise<void>;
  /** Identifiers in queue order; from Curator the full paths of the participants' nodes. */
  contenders(): Promise<readonly string[]>;
  /** SIGKILL: the session stays until the server expires it. */
  kill(): Promise<void>;
}

const repository = fileURLToPath(new URL("../..", import.meta.url));

export function startKazoo(hosts: string, path: string, options: KazooOptions = {}): Promise<LockPeer> {
  const script = fileURLToPath(new URL("./peers/kazoo_lock.py", import.meta.url));
  const patterns = (options.extraLockPatterns ?? []).map((pattern) => `--extra-lock-pattern=${pattern}`);
  return startPeer({
    name: options.name ?? "kazoo",
    // Not whichever python3 comes first in PATH: Debian's kazoo is a package of the system's own interpreter.
    command: "/usr/bin/python3",
    args: ["-B", script, hosts, path, ...patterns, ...flags("kazoo", options)],
    remedy: "Debian packages: python3 and python3-kazoo",
  });
}

export async function startCurator(hosts: string, path: string, options: PeerOptions = {}): Promise<LockPeer> {
  const quickStart = ["-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
  return startPeer({
    name: options.name ?? "curator",
    command: "java",
    args: [
      ...quickStart,
      "-cp",
      await curatorClassPath("CuratorLock"),
      "CuratorLock",
      hosts,
      path,
      ...flags("curator", options),
    ],
    remedy: "Debian package: default-jdk-headless",
  });
}

/** zookit itself as a peer process, for the tests that kill it. */
export function startZookit(hosts: string, path: string, options: ZookitOptions = {}): Promise<LockPeer> {
  const worker = fileURLToPath(new URL("./workers/zookit-lock.ts", import.meta.url));
  const dialect = options.dialect === undefined ? [] : ["--dialect", options.dialect];
  return startPeer({
    name: options.name ?? "zookit",
    command: process.execPath,
    args: [
      "--conditions=@zookit/source",
      "--import",
      "tsx",
      worker,
      hosts,
      path,
      ...dialect,
      ...flags("zookit", options),
    ],
    // tsx is looked up from here.
    cwd: repository,
    remedy: "Node.js itself",
  });
}

function flags(kind: string, options: PeerOptions): string[] {
  const { name = kind, identifier = name, sessionTimeoutMs = 4_000 } = options;
  return ["--name", name, "--identifier", identifier, "--session-timeout-ms", String(sessionTimeoutMs)];
}

async function startPeer(program: PeerProgram): Promise<LockPeer> {
  const peer = await PeerProcess.start(program);
  return {
    name: peer.name,
    async acquire({ timeoutMs } = {}) {
      const { node } = await peer.request(
        "acquire",
        timeoutMs === undefined ? {} : { timeoutSeconds: timeoutMs / 1_000 },
      );
      return node ?? "";
    },
    async release() {
      await peer.request("release");
    },
    async contend({ ledger, rounds, holdMs }) {
      await peer.request("contend", { ledger: ledger.directory, rounds, holdMs });
    },
    async contenders() {
      return (await peer.request("contenders")).contenders ?? [];
    },
    kill: () => peer.kill(),
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}
