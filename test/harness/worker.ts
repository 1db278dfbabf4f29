import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { waitUntil } from "./wait-until.js";

/** What a worker prints, a JSON line each. */
export interface WorkerEvent {
  readonly event: string;
  readonly [key: string]: unknown;
}

/** A program of test/workers in an operating-system process of its own, run from its source. */
export class Worker implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #events: WorkerEvent[] = [];
  #stderr = "";

  /** @param program file name in test/workers. */
  constructor(program: string, args: readonly string[]) {
    const file = fileURLToPath(new URL(`../workers/${program}`, import.meta.url));
    this.#child = spawn(process.execPath, ["--conditions=@zookit/source", "--import", "tsx", file, ...args], {
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.#child.stderr?.on("data", (chunk) => {
      this.#stderr += chunk;
    });
    if (this.#child.stdout) {
      createInterface(this.#child.stdout).on("line", (line) => this.#events.push(JSON.parse(line) as WorkerEvent));
    }
  }

  /** Waits until the worker has printed an event of the name. */
  async event(name: string, timeoutMs = 20_000): Promise<WorkerEvent> {
    const found = () => this.#events.find(({ event }) => event === name);
    return await waitUntil(
      () => {
        const { exitCode, signalCode } = this.#child;
        if (exitCode || signalCode) throw new Error(`the worker ended with ${signalCode ?? exitCode}: ${this.#stderr}`);
        return found();
      },
      { timeoutMs, what: `the worker says ${name}` },
    );
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  signal(signal: NodeJS.Signals): void {
    this.#child.kill(signal);
  }

  /** Resolves when the process is gone. */
  async exited(): Promise<void> {
    if (this.#child.exitCode === null && this.#child.signalCode === null) await once(this.#child, "exit");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.signal("SIGKILL");
    await this.exited();
  }
}
