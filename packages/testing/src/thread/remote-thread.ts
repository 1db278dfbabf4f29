import { Worker } from "node:worker_threads";
import { wrap } from "comlink/dist/esm/comlink.mjs";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { TestingError } from "../errors.js";
import type { Answer } from "./answer.js";

/**
 * An object's methods, called from another thread. Not comlink's own `Remote`: its declarations need those of the DOM, so
 * that a program for Node.js which checks its libraries could not be compiled with what this package would publish.
 */
type Remote<Api> = {
  readonly [Name in keyof Api]: Api[Name] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Awaited<Result>>
    : never;
};

/** An object in a worker thread, and the thread's life. Calls that the thread's end leaves unanswered reject. */
export class RemoteThread<Api extends object> {
  readonly #worker: Worker;
  readonly #api: Remote<Api>;
  readonly #what: string;
  readonly #unanswered = new Set<(reason: TestingError) => void>();
  readonly #exited: Promise<void>;
  #end: TestingError | undefined;
  #crash: unknown;

  /** @param what names the object in errors. */
  constructor(module: URL, what: string, workerData: unknown) {
    this.#what = what;
    this.#worker = new Worker(module, { workerData });
    this.#api = wrap<Api>(nodeEndpoint(this.#worker)) as unknown as Remote<Api>;
    this.#worker.on("error", (error) => {
      this.#crash = error;
      this.#finish(new TestingError("stopped", `the thread of ${what} has failed: ${String(error)}`, { cause: error }));
    });
    this.#exited = new Promise((resolve) => {
      this.#worker.on("exit", () => {
        this.#finish(new TestingError("stopped", `the thread of ${what} has ended`));
        resolve();
      });
    });
  }

  /**
   * Calls the object.
   *
   * @throws {TestingError} what it refused the call with; or `stopped`, if the thread has ended or ends meanwhile.
   */
  async call<Value>(ask: (api: Remote<Api>) => Promise<Answer<Value>>): Promise<Value> {
    if (this.#end !== undefined) throw this.#end;
    const answer = await new Promise<Answer<Value>>((resolve, reject) => {
      this.#unanswered.add(reject);
      ask(this.#api)
        .then(resolve, reject)
        .finally(() => this.#unanswered.delete(reject));
    });
    if ("refusal" in answer) throw new TestingError(answer.refusal.code, answer.refusal.message);
    return answer.value;
  }

  /** Ends the thread, and everything that it had open. Rejects if it had failed by itself. */
  async stop(): Promise<void> {
    this.#finish(new TestingError("stopped", `${this.#what} was stopped`));
    await this.#worker.terminate();
    await this.#exited;
    if (this.#crash !== undefined) throw this.#end;
  }

  #finish(end: TestingError): void {
    this.#end ??= end;
    for (const reject of this.#unanswered) reject(this.#end);
  }
}
