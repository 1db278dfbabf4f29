import { appendFileSync, readFileSync, writeFileSync } from "node:fs";

/** One line of a ledger: one job that was done. */
export interface Entry {
  readonly partition: string;
  readonly number: number;
  /** The last number that the worker had read; one lower than `number`. If it was not the last any more, the job was done twice. */
  readonly read: number;
  readonly worker: string;
  readonly token: bigint;
}

/** What a worker asks before it does a job: which was the last one that was done? */
export type Question = Pick<Entry, "partition" | "token">;

/** `last` is the number of the last job that was done. */
export type Answer =
  | { readonly accepted: true; readonly last: number }
  | { readonly accepted: false; readonly highest: bigint };

/** How far all partitions have got. */
export type Progress = Readonly<Record<string, number>>;

/**
 * The shared resource, a list of the jobs done in each partition, with its side of fencing: who reads shows its token, and so
 * does who writes; whose token is lower than the highest seen for that partition is refused. Nothing else is checked. In
 * particular the numbers are not: workers that come between each other's read and write do the same job twice, and both lines
 * are there to show it.
 *
 * Each is one synchronous step of one process, hence atomic for all the processes that ask for it.
 */
export class Ledger {
  readonly #file: string;
  readonly #checksTokens: boolean;
  readonly #highest = new Map<string, bigint>();
  readonly #last = new Map<string, number>();

  constructor(file: string, checksTokens: boolean) {
    this.#file = file;
    this.#checksTokens = checksTokens;
    writeFileSync(file, "", { flag: "wx" });
  }

  /** The last number of each partition that has one. */
  get progress(): Progress {
    return Object.fromEntries(this.#last);
  }

  /** From here on, what comes with a lower token is refused. */
  read({ partition, token }: Question): Answer {
    const highest = this.#highest.get(partition) ?? 0n;
    if (this.#checksTokens && token < highest) return { accepted: false, highest };
    this.#highest.set(partition, token);
    return { accepted: true, last: this.#last.get(partition) ?? 0 };
  }

  append(entry: Entry): Answer {
    const answer = this.read(entry);
    if (!answer.accepted) return answer;
    appendFileSync(this.#file, `${stringify(entry)}\n`);
    this.#last.set(entry.partition, entry.number);
    return { accepted: true, last: entry.number };
  }

  /** What is in the file. */
  entries(): readonly Entry[] {
    return readFileSync(this.#file, "utf8")
      .split("\n")
      .slice(0, -1)
      .map((line) => parse<Entry>(line));
  }
}

/** A question or an entry, as {@link stringify} has written it. */
export function parse<T extends Question>(text: string): T {
  const { token, ...rest } = JSON.parse(text);
  return { ...rest, token: BigInt(token) };
}

/** JSON has no bigint. */
export function stringify(value: unknown): string {
  return JSON.stringify(value, (_key, item) => (typeof item === "bigint" ? String(item) : item));
}
