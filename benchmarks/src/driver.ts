import type { PeerEvent, PeerProcess } from "../../test/interop/peer-process.js";
import type { Step } from "./ownership.js";
import type { Params, PeerName } from "./workload.js";

/** What a driver has measured about one run. */
export interface Figures {
  /** How often the work was done. */
  readonly operations: number;
  readonly elapsedMs: number;
  /** Of the whole process, all its threads. */
  readonly cpuMs: number;
  /** Of single operations, where the work measures them. */
  readonly latenciesMs?: readonly number[];
  /** Moments in nanoseconds of the monotonic clock, which is the same in all processes of a machine. */
  readonly askedNs?: readonly number[];
  readonly acquiredNs?: readonly number[];
  readonly releasedNs?: readonly number[];
  /** Fencing tokens, in the order of `acquiredNs`. */
  readonly tokens?: readonly number[];
  /** Who owned what while members came and went. */
  readonly steps?: readonly Step[];
  readonly heapBytes?: number;
  readonly residentBytes?: number;
}

interface DriverEvent extends PeerEvent {
  readonly figures?: Figures;
}

export interface Preparation {
  readonly work: string;
  readonly hosts: string;
  readonly path: string;
  readonly sessionTimeoutMs: number;
  readonly params: Params;
}

/** Longer than kazoo's partitioner takes, which is by far the slowest. */
const LIMIT_MS = 300_000;

/** A process that does the work with one library, and measures it. It speaks JSON lines, see README.md. */
export class Driver implements AsyncDisposable {
  readonly peer: PeerName;
  readonly #process: PeerProcess;
  #isKilled = false;

  constructor(peer: PeerName, process: PeerProcess) {
    this.peer = peer;
    this.#process = process;
  }

  /** Connects, and makes ready what the work needs. */
  async prepare(preparation: Preparation): Promise<void> {
    await this.#process.request("prepare", preparation, LIMIT_MS);
  }

  /** Does the work for so long, or once where it has an end of its own. */
  async run(budgetMs: number): Promise<Figures> {
    const { figures }: DriverEvent = await this.#process.request("run", { budgetMs }, LIMIT_MS);
    if (figures === undefined) throw new Error(`${this.#process.name} answered without figures`);
    return figures;
  }

  /** Closes what was prepared. */
  async finish(): Promise<void> {
    if (!this.#isKilled) await this.#process.request("finish", {}, LIMIT_MS);
  }

  /** Ends the process with SIGKILL: its sessions stay until the server expires them. */
  async kill(): Promise<void> {
    this.#isKilled = true;
    await this.#process.kill();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#process[Symbol.asyncDispose]();
  }
}
