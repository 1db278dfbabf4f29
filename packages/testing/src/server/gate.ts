/**
 * Stops a thread as SIGSTOP stops a process: its event loop stands, while the kernel goes on taking connections and
 * bytes for it. Both threads hold the same memory.
 */
export class Gate {
  readonly #state: Int32Array;

  /** @param memory what `memory` of the other thread's gate is. */
  constructor(readonly memory = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT)) {
    this.#state = new Int32Array(memory);
  }

  shut(): void {
    Atomics.store(this.#state, 0, 1);
  }

  open(): void {
    Atomics.store(this.#state, 0, 0);
    Atomics.notify(this.#state, 0);
  }

  /** Stands still as long as the gate is shut. */
  pass(): void {
    Atomics.wait(this.#state, 0, 1);
  }
}
