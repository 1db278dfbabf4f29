import { appendFileSync, readFileSync, writeFileSync } from "node:fs";

/** One line of the ledger. */
export interface Entry {
  readonly number: number;
  /** The last number that the writer had read; one lower than `number`, and a lost update if it was not the last any more. */
  readonly read: number;
  readonly service: string;
  readonly token: bigint;
}

export type Answer = { readonly accepted: true } | { readonly accepted: false; readonly highest: bigint };

/**
 * The shared resource, with its side of fencing: a write is refused if its token is lower than the highest seen. Nothing
 * else is checked. In particular the numbers are not: writers that come between each other's read and write do lose
 * updates, and both lines are there to show it.
 *
 * Check and append are one synchronous step of one process, hence atomic for all the processes that ask for it.
 */
export class Ledger {
  readonly #file: string;
  readonly #checksTokens: boolean;
  #highest = 0n;
  #lastNumber = 0;

  constructor(file: string, checksTokens: boolean) {
    this.#file = file;
    this.#checksTokens = checksTokens;
    writeFileSync(file, "", { flag: "wx" });
  }

  get lastNumber(): number {
    return this.#lastNumber;
  }

  append(entry: Entry): Answer {
    if (this.#checksTokens && entry.token < this.#highest) return { accepted: false, highest: this.#highest };
    appendFileSync(this.#file, `${stringify(entry)}\n`);
    this.#highest = entry.token;
    this.#lastNumber = entry.number;
    return { accepted: true };
  }

  /** What is in the file. */
  entries(): readonly Entry[] {
    return readFileSync(this.#file, "utf8").split("\n").slice(0, -1).map(parseEntry);
  }
}

export function parseEntry(line: string): Entry {
  const { token, ...rest } = JSON.parse(line);
  return { ...rest, token: BigInt(token) };
}

/** JSON has no bigint. */
export function stringify(value: unknown): string {
  return JSON.stringify(value, (_key, item) => (typeof item === "bigint" ? String(item) : item));
}
