import { fileURLToPath } from "node:url";
import { curatorClassPath } from "./curator-classes.js";
import { type PeerEvent, PeerProcess, type PeerProgram } from "./peer-process.js";

/** The value before and after an addition. */
export interface PeerStep {
  readonly before: number;
  readonly after: number;
}

/** A counter of some library: where it is, and which of the library's forms it has. */
export interface CounterAt {
  readonly path: string;
  readonly form?: "curator" | "integer" | "long" | "shared";
  /** kazoo's default value. */
  readonly default?: number;
}

export interface CounterPeer extends AsyncDisposable {
  /** Adds the amount as often as asked, one after the other. */
  add(counter: CounterAt, amount: number, times?: number): Promise<readonly PeerStep[]>;
  get(counter: CounterAt): Promise<number>;
}

export interface PartyPeer extends AsyncDisposable {
  join(path: string, identifier: string): Promise<void>;
  leave(path: string, identifier: string): Promise<void>;
  /** Identifiers, sorted. */
  members(path: string): Promise<readonly string[]>;
  /** How many there are, as the library counts them. */
  count(path: string): Promise<number>;
  /** SIGKILL: the session stays until the server expires it. */
  kill(): Promise<void>;
}

interface RecipeEvent extends PeerEvent {
  readonly value?: number;
  readonly steps?: readonly (readonly [number, number])[];
  readonly members?: readonly string[];
}

export async function startKazooCounter(hosts: string): Promise<CounterPeer> {
  return counterPeer(await PeerProcess.start(kazoo(hosts)));
}

export async function startCuratorCounter(hosts: string): Promise<CounterPeer> {
  const quickStart = ["-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
  const classPath = await curatorClassPath("CuratorCounter");
  const args = [...quickStart, "-cp", classPath, "CuratorCounter", hosts];
  return counterPeer(
    await PeerProcess.start({
      name: "curator",
      command: "java",
      args,
      remedy: "Debian package: default-jdk-headless",
    }),
  );
}

export async function startKazooParty(hosts: string): Promise<PartyPeer> {
  const peer = await PeerProcess.start(kazoo(hosts));
  return {
    async join(path, identifier) {
      await peer.request("join", { path, identifier });
    },
    async leave(path, identifier) {
      await peer.request("leave", { path, identifier });
    },
    async members(path) {
      const { members = [] }: RecipeEvent = await peer.request("members", { path });
      return members.toSorted();
    },
    count: async (path) => valueIn(await peer.request("count", { path })),
    kill: () => peer.kill(),
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}

function kazoo(hosts: string): PeerProgram {
  const script = fileURLToPath(new URL("./peers/kazoo_counter_party.py", import.meta.url));
  // Not whichever python3 comes first in PATH: Debian's kazoo is a package of the system's own interpreter.
  const command = "/usr/bin/python3";
  return { name: "kazoo", command, args: ["-B", script, hosts], remedy: "Debian packages: python3 and python3-kazoo" };
}

function counterPeer(peer: PeerProcess): CounterPeer {
  return {
    async add(counter, amount, times = 1) {
      const { steps = [] }: RecipeEvent = await peer.request("add", { ...counter, amount, times });
      return steps.map(([before, after]) => ({ before, after }));
    },
    get: async (counter) => valueIn(await peer.request("get", counter)),
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}

function valueIn({ value }: RecipeEvent): number {
  if (value === undefined) throw new Error("the peer answered without a value");
  return value;
}
