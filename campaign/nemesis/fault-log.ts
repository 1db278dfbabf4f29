import { appendFileSync } from "node:fs";
import { monotonicMs } from "../history/clock.js";

/** Something that was made to go wrong, from its beginning to its undoing. */
export interface Fault {
  readonly kind: string;
  /** A worker, a server, a link. */
  readonly target: string;
  readonly from: number;
  readonly until: number;
}

/** What has been made to go wrong, also in a file of the run. */
export class FaultLog {
  readonly faults: Fault[] = [];
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  add(fault: Fault): void {
    this.faults.push(fault);
    appendFileSync(this.#file, `${JSON.stringify(fault)}\n`);
  }

  /** Records what happens while `run` does it; also if it fails halfway. */
  async during(kind: string, target: string, run: () => Promise<void>): Promise<void> {
    const from = monotonicMs();
    try {
      await run();
    } finally {
      this.add({ kind, target, from, until: monotonicMs() });
    }
  }
}
