import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import type { Chronicle } from "./chronicle.js";
import { type Happening, monotonicMs } from "./happening.js";
import type { Assignment, Order } from "./orders.js";

const program = fileURLToPath(new URL("worker.ts", import.meta.url));

/** The demo's end of one worker. Disposing of it kills the process, frozen or not. */
export class WorkerProcess implements AsyncDisposable {
  readonly name: string;
  readonly #chronicle: Chronicle;
  readonly #process: ChildProcess;
  readonly #exited: Promise<unknown>;
  #mayDie = false;

  /** @param onFailure called when the process ends although nobody wanted it to. */
  constructor(assignment: Assignment, chronicle: Chronicle, onFailure: (error: Error) => void) {
    this.name = assignment.name;
    this.#chronicle = chronicle;
    // The flags of this very process, which make Node run TypeScript from the sources, are passed on by fork. The
    // structured clone of "advanced" carries bigints.
    this.#process = fork(program, [JSON.stringify(assignment)], { serialization: "advanced" });
    this.#exited = once(this.#process, "exit").catch(() => {});
    this.#process.on("message", (message) => chronicle.add(message as Happening));
    this.#process.on("error", onFailure);
    this.#process.on("exit", (code, signal) => {
      if (!this.#mayDie && code !== 0) onFailure(new Error(`worker ${this.name} ended unasked: ${signal ?? code}`));
    });
  }

  order(order: Order): void {
    this.#process.send(order, () => {
      // That it could not be sent shows in the exit of the process.
    });
  }

  kill(): void {
    this.#mayDie = true;
    this.#signal("SIGKILL", "killed");
  }

  freeze(): void {
    this.#signal("SIGSTOP", "frozen");
  }

  thaw(): void {
    this.#signal("SIGCONT", "thawed");
  }

  async exited(): Promise<void> {
    await this.#exited;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#mayDie = true;
    this.#process.kill("SIGKILL");
    await this.#exited;
  }

  #signal(signal: NodeJS.Signals, kind: "killed" | "frozen" | "thawed"): void {
    const at = monotonicMs();
    if (!this.#process.kill(signal)) throw new Error(`worker ${this.name} is gone, it cannot be ${kind}`);
    this.#chronicle.add({ at, who: this.name, kind });
  }
}

/** All workers of a demo; they live and die together. */
export class Workers implements AsyncDisposable {
  readonly all: readonly WorkerProcess[];

  constructor(all: readonly WorkerProcess[]) {
    this.all = all;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.all.map(async (worker) => await worker[Symbol.asyncDispose]()));
  }
}
