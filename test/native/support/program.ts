import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { waitUntil } from "../../harness/index.js";

const ROOT = fileURLToPath(new URL("../../../", import.meta.url));
const FLAGS = ["--conditions=@zookit/source", "--import", "./scripts/run-typescript.mjs"];

/** How a program has ended, and everything that it has said. */
export interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** The lines of its standard output. */
  readonly lines: readonly string[];
  readonly stderr: string;
}

/** What a program does that is neither crashed nor stopped by an assertion, and that says nothing unasked. */
export function orderlyEnd(...lines: readonly string[]): Ending {
  return { code: 0, signal: null, lines, stderr: "" };
}

/**
 * A program of test/native/programs, run from its source in a process of its own, since the binding could take the
 * process with it. It says what it does in lines on its standard output, and is told what to do in lines.
 */
export class Program implements AsyncDisposable {
  readonly #child: ChildProcess;
  readonly #closed: Promise<unknown>;
  #stdout = "";
  #stderr = "";

  /** @param name of the file in test/native/programs, without `.ts`. */
  constructor(name: string, args: readonly string[]) {
    const file = fileURLToPath(new URL(`../programs/${name}.ts`, import.meta.url));
    this.#child = spawn(process.execPath, [...FLAGS, file, ...args], { cwd: ROOT, stdio: "pipe" });
    this.#closed = once(this.#child, "close");
    this.#child.stdout?.on("data", (chunk) => {
      this.#stdout += chunk;
    });
    this.#child.stderr?.on("data", (chunk) => {
      this.#stderr += chunk;
    });
  }

  get #lines(): readonly string[] {
    return this.#stdout.split("\n").slice(0, -1);
  }

  get #hasEnded(): boolean {
    return this.#child.exitCode !== null || this.#child.signalCode !== null;
  }

  /** Waits until the program has said the line. */
  async says(line: string): Promise<void> {
    const isSaid = () => this.#lines.includes(line);
    await waitUntil(() => isSaid() || this.#hasEnded, { timeoutMs: 30_000, what: `the program says "${line}"` });
    if (!isSaid()) throw new Error(`the program has ended: ${JSON.stringify(await this.ending())}`);
  }

  /** Waits until the program has said something, and returns it. */
  async firstLine(): Promise<string> {
    return await waitUntil(() => this.#lines[0], { timeoutMs: 30_000, what: "the program says something" });
  }

  /** Tells the program a line that it is to say when it is done. */
  async repeats(line: string): Promise<void> {
    this.tell(line);
    await this.says(line);
  }

  tell(line: string): void {
    this.#child.stdin?.write(`${line}\n`);
  }

  /** Waits until the program has ended by itself. */
  async ending(): Promise<Ending> {
    await waitUntil(() => this.#hasEnded, { timeoutMs: 30_000, what: `the program ends that said ${this.#stdout}` });
    await this.#closed;
    const { exitCode: code, signalCode: signal } = this.#child;
    return { code, signal, lines: this.#lines, stderr: this.#stderr };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#closed;
  }
}
