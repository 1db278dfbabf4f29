/** A member's data as they are to be: its seat stores them whenever it is made. */
export class Content {
  /** The latest last; those before it are what remains if it turns out not to be applied. */
  #wanted: readonly Buffer[];

  constructor(data: Buffer) {
    this.#wanted = [data];
  }

  get data(): Buffer {
    return this.#wanted.at(-1) as Buffer;
  }

  /** What is wanted from now on. */
  add(data: Buffer): void {
    this.#wanted = [...this.#wanted, data];
  }

  /** It is stored, or may be: those before it are not wanted any more. */
  settle(data: Buffer): void {
    this.#wanted = this.#wanted.slice(Math.max(0, this.#wanted.indexOf(data)));
  }

  /** It is certain not to be stored, and must not be later either, when the member joins again. */
  withdraw(data: Buffer): void {
    this.#wanted = this.#wanted.filter((wanted) => wanted !== data);
  }
}
