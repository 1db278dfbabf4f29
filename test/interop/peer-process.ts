import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";

/** How a peer is started, and what to tell someone whose machine cannot start it. */
export interface PeerProgram {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  /** The remedy that an error names when the program cannot be started. */
  readonly remedy: string;
}

export interface PeerEvent {
  readonly event: string;
  readonly id?: number;
  readonly message?: string;
  readonly code?: string;
  readonly node?: string;
  readonly contenders?: readonly string[];
}

/** A command that the peer answered with `error`. */
class PeerError extends Error {
  override readonly name = "PeerError";

  constructor(
    message: string,
    readonly code: string,
  ) {
    super(message);
  }
}

interface Pending {
  readonly resolve: (event: PeerEvent) => void;
  readonly reject: (error: Error) => void;
}

const STDERR_LIMIT = 4_000;
const QUIT_LIMIT_MS = 5_000;
/** The event that says whether a peer could start carries no id of its own. */
const START_ID = 0;

/**
 * A peer in a process of its own that answers JSON lines with JSON lines.
 *
 * The peer ends with this process: its standard input is a pipe, and every peer program quits when that closes.
 */
export class PeerProcess implements AsyncDisposable {
  readonly name: string;
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #pending = new Map<number, Pending>();
  readonly #exited: Promise<unknown>;
  #nextId = START_ID + 1;
  #stderr = "";
  #ended: Error | undefined;

  private constructor(program: PeerProgram) {
    this.name = program.name;
    this.#child = spawn(program.command, program.args, { stdio: "pipe", cwd: program.cwd });
    this.#exited = once(this.#child, "close").catch(() => undefined);
    this.#child.stderr.setEncoding("utf8").on("data", (text: string) => {
      this.#stderr = (this.#stderr + text).slice(-STDERR_LIMIT);
    });
    createInterface({ input: this.#child.stdout }).on("line", (line) => this.#receive(line));
    // A write to a peer that has just died must not take the test process down; the end of the peer is reported below.
    this.#child.stdin.on("error", () => undefined);
    this.#child.on("error", (cause) => {
      this.#end(new Error(`cannot run ${program.command} (${program.remedy})`, { cause }));
    });
    this.#child.on("close", (code, signal) => {
      this.#end(new Error(`${this.name} ended with ${signal ?? `code ${code}`} ${this.#stderr}`.trim()));
    });
  }

  /** Starts the program and waits until it says that it is connected. */
  static async start(program: PeerProgram): Promise<PeerProcess> {
    const peer = new PeerProcess(program);
    try {
      await peer.#answer(START_ID, AbortSignal.timeout(30_000));
    } catch (error) {
      await peer.kill();
      throw error;
    }
    return peer;
  }

  /** Sends one command and waits for its answer; other commands may be under way at the same time. */
  request(verb: string, fields: object = {}, deadlineMs = 60_000): Promise<PeerEvent> {
    const id = this.#nextId++;
    const answer = this.#answer(id, AbortSignal.timeout(deadlineMs));
    this.#child.stdin.write(`${JSON.stringify({ id, verb, ...fields })}\n`);
    return answer;
  }

  /** Ends the peer with SIGKILL, as a crash would: its session stays until the server expires it. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#exited;
  }

  /** Closes the peer's session and waits for its end; a peer that does not end in time is killed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#child.stdin.end();
    const impatience = setTimeout(() => this.#child.kill("SIGKILL"), QUIT_LIMIT_MS);
    await this.#exited;
    clearTimeout(impatience);
  }

  #answer(id: number, deadline: AbortSignal): Promise<PeerEvent> {
    const answer = new Promise<PeerEvent>((resolve, reject) => {
      if (this.#ended !== undefined) {
        reject(this.#ended);
        return;
      }
      const late = () => reject(new Error(`${this.name} did not answer in time ${this.#stderr}`.trim()));
      deadline.addEventListener("abort", late, { once: true });
      this.#pending.set(id, { resolve, reject });
    });
    const settled = answer.finally(() => this.#pending.delete(id));
    // A test that has failed leaves answers behind that nobody awaits any more.
    settled.catch(() => undefined);
    return settled;
  }

  #receive(line: string): void {
    const event = JSON.parse(line) as PeerEvent;
    const pending = this.#pending.get(event.id ?? START_ID);
    if (event.event === "error" || event.event === "failed") {
      pending?.reject(new PeerError(`${this.name}: ${event.message}`, event.code ?? event.event));
    } else {
      pending?.resolve(event);
    }
  }

  #end(error: Error): void {
    this.#ended ??= error;
    for (const pending of this.#pending.values()) {
      pending.reject(this.#ended);
    }
  }
}
