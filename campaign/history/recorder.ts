import { openSync, writeSync } from "node:fs";
import { monotonicMs } from "./clock.js";
import type { Completion, HistoryEvent, Invocation, Json, Outcome } from "./event.js";

/**
 * Appends to the history of this process. Every line is handed to the kernel before the call returns, so that what was
 * recorded survives SIGKILL: an operation is on record before it begins.
 */
export class Recorder {
  readonly #file: number;
  #operations = 0;

  constructor(path: string) {
    this.#file = openSync(path, "ax");
  }

  /** An operation begins now; to be completed by the number that is returned. */
  invoke(workload: string, key: string, f: string, value?: Json): number {
    const op = this.#operations++;
    const begun: Omit<Invocation, "at"> = {
      op,
      type: "invoke",
      workload,
      key,
      f,
      ...(value !== undefined && { value }),
    };
    this.#append({ at: monotonicMs(), ...begun });
    return op;
  }

  complete(op: number, type: Outcome, value?: Json): void {
    const ended: Omit<Completion, "at"> = { op, type, ...(value !== undefined && { value }) };
    this.#append({ at: monotonicMs(), ...ended });
  }

  /** Something that was observed rather than done, in one step of this process: it has taken place in between. */
  observe(workload: string, key: string, f: string, look: () => Json): void {
    const begunAt = monotonicMs();
    const value = look();
    const at = monotonicMs();
    const op = this.#operations++;
    // At once: what was seen is known from its beginning to its end, or not at all.
    this.#append({ at: begunAt, op, type: "invoke", workload, key, f }, { at, op, type: "ok", value });
  }

  #append(...events: readonly HistoryEvent[]): void {
    writeSync(this.#file, events.map((event) => `${JSON.stringify(event)}\n`).join(""));
  }
}
