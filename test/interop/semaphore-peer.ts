import { curatorClassPath } from "./curator-classes.js";
import { type PeerEvent, PeerProcess } from "./peer-process.js";

/** One time that somebody held permits, by the kernel's monotonic clock, which Node.js and Java both read. */
export interface Visit {
  readonly enterNs: bigint;
  readonly exitNs: bigint;
  readonly permits: number;
}

/** Curator's semaphore in a process of its own. */
export interface SemaphorePeer extends AsyncDisposable {
  /** Rejects with the code `timeout` if they are not granted in time. */
  acquire(name: string, permits: number, timeoutMs: number): Promise<void>;
  release(name: string): Promise<void>;
  /** Whether its mutex, a semaphore of one, was free in time. */
  mutex(timeoutMs: number): Promise<boolean>;
  setLimit(limit: number): Promise<void>;
  limit(): Promise<number>;
  holders(): Promise<number>;
  contend(contention: { readonly rounds: number; readonly permits: number; readonly holdMs: number }): Promise<Visit[]>;
  /** SIGKILL: the session stays until the server expires it. */
  kill(): Promise<void>;
}

interface SemaphoreEvent extends PeerEvent {
  readonly value?: number;
  readonly visits?: readonly (readonly [string, string, number])[];
}

/** @param limit as an argument of its constructor, or as a `SharedCount` beside our record of it. */
export async function startCuratorSemaphore(
  hosts: string,
  path: string,
  limit: number,
  options: { readonly isShared?: boolean } = {},
): Promise<SemaphorePeer> {
  const quickStart = ["-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
  const classPath = await curatorClassPath("CuratorSemaphore");
  const shared = options.isShared ? ["shared"] : [];
  const args = [...quickStart, "-cp", classPath, "CuratorSemaphore", hosts, path, String(limit), ...shared];
  const remedy = "Debian package: default-jdk-headless";
  const peer = await PeerProcess.start({ name: "curator", command: "java", args, remedy });
  const ask = async (verb: string, parameters: Readonly<Record<string, unknown>> = {}): Promise<number> => {
    const { value }: SemaphoreEvent = await peer.request(verb, parameters);
    if (value === undefined) throw new Error(`the peer answered ${verb} without a value`);
    return value;
  };
  return {
    async acquire(name, permits, timeoutMs) {
      await peer.request("acquire", { name, permits, timeoutMs });
    },
    async release(name) {
      await peer.request("release", { name });
    },
    mutex: async (timeoutMs) => (await ask("mutex", { timeoutMs })) === 1,
    async setLimit(limit) {
      await peer.request("setLimit", { limit });
    },
    limit: () => ask("limit"),
    holders: () => ask("holders"),
    async contend(contention) {
      const { visits = [] }: SemaphoreEvent = await peer.request("contend", contention);
      return visits.map(([enter, exit, permits]) => ({ enterNs: BigInt(enter), exitNs: BigInt(exit), permits }));
    },
    kill: () => peer.kill(),
    [Symbol.asyncDispose]: () => peer[Symbol.asyncDispose](),
  };
}
