import { appendFile, mkdtemp, readFile, rm, unlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";

export interface LedgerEntry {
  readonly peer: string;
  /** The counter as this peer left it. */
  readonly n: number;
  /** The kernel's monotonic clock, which Node.js, Python and Java all read: times of different peers compare. */
  readonly enterNs: bigint;
  readonly exitNs: bigint;
}

export interface LedgerReport {
  readonly counter: number;
  /** In the order in which they were written. */
  readonly entries: readonly LedgerEntry[];
  /** What the peers saw themselves, and what the times of their visits tell. */
  readonly overlaps: readonly string[];
}

/**
 * A directory in which peers of any language witness whether they were ever inside a critical section together.
 *
 * A peer that enters makes the file `inside`, reads `counter`, waits a little, writes the counter plus one, appends
 * `<peer> <n> <enter-ns> <exit-ns>` to `entries`, and removes `inside`. Two peers that are in together betray
 * themselves three times: the later one finds `inside` there and appends to `overlaps`; one of the two updates of
 * the counter is lost; and the times of their entries overlap.
 */
export class Ledger implements AsyncDisposable {
  private constructor(readonly directory: string) {}

  static async open(): Promise<Ledger> {
    const ledger = new Ledger(await mkdtemp(join(tmpdir(), "zookit-ledger-")));
    await writeFile(ledger.#path("counter"), "0");
    return ledger;
  }

  /** The ledger that another process has opened. */
  static at(directory: string): Ledger {
    return new Ledger(directory);
  }

  /** One visit to the critical section, which lasts a random part of `holdMs`. */
  update(peer: string, holdMs: number): Promise<void> {
    return this.visit(peer, () => delay(Math.random() * holdMs));
  }

  /** One visit to the critical section, with `work` between the reading and the writing of the counter. */
  async visit(peer: string, work: () => Promise<unknown>): Promise<void> {
    const enterNs = process.hrtime.bigint();
    const entered = await this.#mark(peer);
    const n = Number(await readFile(this.#path("counter"), "utf8")) + 1;
    await work();
    await writeFile(this.#path("counter"), String(n));
    await appendFile(this.#path("entries"), `${peer} ${n} ${enterNs} ${process.hrtime.bigint()}\n`);
    if (entered) {
      await unlink(this.#path("inside"));
    }
  }

  async report(): Promise<LedgerReport> {
    const entries = (await this.#lines("entries")).map(parseEntry);
    return {
      counter: Number(await readFile(this.#path("counter"), "utf8")),
      entries,
      overlaps: [...(await this.#lines("overlaps")), ...overlapsInTime(entries)],
    };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.directory, { recursive: true, force: true });
  }

  async #mark(peer: string): Promise<boolean> {
    try {
      await writeFile(this.#path("inside"), peer, { flag: "wx" });
      return true;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EEXIST") {
        throw error;
      }
      await appendFile(this.#path("overlaps"), `${peer} entered although another peer was inside\n`);
      return false;
    }
  }

  async #lines(name: string): Promise<string[]> {
    const text = await readFile(this.#path(name), "utf8").catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") {
        return "";
      }
      throw error;
    });
    return text.split("\n").filter((line) => line !== "");
  }

  #path(name: string): string {
    return join(this.directory, name);
  }
}

/** How often the critical section passed from one kind of peer to another: a test without such passes proves nothing. */
export function handOvers(entries: readonly LedgerEntry[], kindOf: (peer: string) => string): number {
  return entries.filter((entry, i) => i > 0 && kindOf(entry.peer) !== kindOf(entries[i - 1]?.peer ?? "")).length;
}

function parseEntry(line: string): LedgerEntry {
  const [peer = "", n, enterNs = "", exitNs = ""] = line.split(" ");
  return { peer, n: Number(n), enterNs: BigInt(enterNs), exitNs: BigInt(exitNs) };
}

function overlapsInTime(entries: readonly LedgerEntry[]): string[] {
  const inOrder = entries.toSorted((a, b) => Number(a.enterNs - b.enterNs));
  return inOrder.flatMap((entry, i) => {
    const previous = inOrder[i - 1];
    return previous !== undefined && entry.enterNs < previous.exitNs
      ? [`${entry.peer} entered before ${previous.peer} had left`]
      : [];
  });
}
