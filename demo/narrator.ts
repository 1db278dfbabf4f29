import type { Happening, HappeningOf } from "./happening.js";
import type { Row } from "./layout.js";
import { duration } from "./units.js";

/** How a partition became free, until somebody takes it. */
interface Freed {
  readonly at: number;
  readonly who: string;
  /** It was not handed over: its owner was killed or frozen. */
  readonly isByAccident: boolean;
}

/** Sets a scene apart. */
const BLANK: Row = { text: "" };

/** Partitions that one worker takes within this time, in milliseconds, share a row. */
const TOGETHER_MS = 60;

/** Tells in rows what happens, given it in the order of time. */
export class Narrator {
  readonly #startedAt: number;
  readonly #total: number;
  readonly #owners = new Map<string, string>();
  readonly #freed = new Map<string, Freed>();
  readonly #arriving = new Set<string>();
  readonly #unfinished: Set<string>;
  #taken: HappeningOf<"takes">[] = [];
  #told = 0;
  #leader: Freed | undefined;
  readonly #woken = new Set<string>();

  constructor(startedAt: number, workers: readonly string[], total: number) {
    this.#startedAt = startedAt;
    this.#total = total;
    this.#unfinished = new Set(workers);
  }

  tell(happening: Happening): readonly Row[] {
    if (happening.kind === "takes") return [...this.#endTaking(happening), ...this.#take(happening)];
    return [...this.#endTaking(happening), ...this.#tell(happening)];
  }

  #tell(happening: Exclude<Happening, { kind: "takes" }>): readonly Row[] {
    const { who, at } = happening;
    const row = (text: string, rest: Partial<Row> = {}): Row => ({ atMs: this.#atMs(happening), who, text, ...rest });
    switch (happening.kind) {
      case "connected":
      case "did":
      case "counted":
        return [];
      case "arrives":
        this.#arriving.add(who);
        return [];
      case "entered":
        return this.#enter(happening);
      case "leads":
        return this.#lead(happening, row);
      case "counts":
        return this.#count(happening, row);
      case "proclaims":
        return [BLANK, row(`finds all ${this.#total} jobs done, and proclaims it`, { colours: ["bold"] })];
      case "lingers": {
        const { partition, read, token } = happening;
        return [BLANK, row(`is at job ${read + 1} of ${partition}, and is slow this time`, { token })];
      }
      case "gives":
        if (this.#owners.get(happening.partition) !== who) return [];
        this.#owners.delete(happening.partition);
        this.#freed.set(happening.partition, { at, who, isByAccident: false });
        return [];
      case "joins":
        return [BLANK, row("JOINS", { colours: ["bold"] })];
      case "killed":
        this.#unfinished.delete(who);
        return this.#befall(happening, row("KILLED with SIGKILL", { colours: ["red", "bold"] }));
      case "frozen":
        return this.#befall(happening, row("FROZEN with SIGSTOP, before it writes", { colours: ["blue", "bold"] }));
      case "thawed":
        return [BLANK, row("THAWED with SIGCONT; others have moved on", { colours: ["blue", "bold"] })];
      case "woke":
        return this.#wake(happening, row);
      case "refused": {
        const { partition, number, token, highest } = happening;
        const text = `writes job ${number} of ${partition} all the same: REFUSED`;
        return [
          row(text, { colours: ["green", "bold"], token }),
          { text: "the highest token that the ledger has seen there", token: highest },
        ];
      }
      case "left":
        return happening.isTogether ? [] : [row("was not counted any more at the barrier, and says so")];
      case "finished":
        this.#unfinished.delete(who);
        if (this.#unfinished.size > 0) return [];
        return [{ atMs: this.#atMs(happening), text: "all that live have left together and closed their sessions" }];
    }
  }

  #enter({ generation, at }: HappeningOf<"entered">): readonly Row[] {
    if (this.#arriving.size === 0) return [];
    const names = [...this.#arriving].join(" ");
    this.#arriving.clear();
    return [{ atMs: at - this.#startedAt, text: `${names} meet at the barrier, generation ${generation}` }];
  }

  #lead({ who, at, term }: HappeningOf<"leads">, row: (text: string, rest: Partial<Row>) => Row): readonly Row[] {
    const before = this.#leader;
    this.#leader = { at: Number.NaN, who, isByAccident: false };
    const isSuccessor = before?.isByAccident === true;
    const text = isSuccessor ? `leads: ${before.who}'s session has ended` : "is elected, and leads";
    return [
      row(text, { token: term, colours: ["bold"], handOver: isSuccessor ? duration(at - before.at) : undefined }),
    ];
  }

  /** Every eighth of the jobs. */
  #count({ count }: HappeningOf<"counts">, row: (text: string) => Row): readonly Row[] {
    const eighth = Math.floor((8 * count) / this.#total);
    if (eighth <= this.#told || eighth === 8) return [];
    this.#told = eighth;
    return [row(`has counted ${count} of ${this.#total} jobs`)];
  }

  #befall({ who, at }: Happening, row: Row): readonly Row[] {
    const lost = [...this.#owners].filter(([, owner]) => owner === who).map(([partition]) => partition);
    for (const partition of lost) {
      this.#owners.delete(partition);
      this.#freed.set(partition, { at, who, isByAccident: true });
    }
    const led = this.#leader?.who === who;
    if (led) this.#leader = { at, who, isByAccident: true };
    const has = `its session lives on, and with it ${led ? "its office and " : ""}its hold on ${inOrder(lost)}`;
    return [...(row.text.startsWith("FROZEN") ? [] : [BLANK]), row, { text: has }];
  }

  #wake(happening: HappeningOf<"woke">, row: (text: string) => Row): readonly Row[] {
    const { who, stalledMs, isHeld, lost } = happening;
    // One of its calls tells it for all.
    if (this.#woken.has(who)) return [];
    this.#woken.add(who);
    return [
      row(`stood still for ${duration(stalledMs)}; the first line that runs finds`),
      { text: `isHeld() ${isHeld}, lost ${lost ? "" : "not "}aborted`, colours: ["bold"] },
    ];
  }

  #take(happening: HappeningOf<"takes">): readonly Row[] {
    this.#taken.push(happening);
    return [];
  }

  /** Tells of the partitions that were taken, once something else happens, or somebody else takes one, or later. */
  #endTaking(next: Happening): readonly Row[] {
    const [first] = this.#taken;
    if (first === undefined) return [];
    const isOneMore = next.kind === "takes" && next.who === first.who;
    const isSilent = ["did", "counted", "counts", "gives", "takes", "connected"].includes(next.kind);
    if ((isOneMore || isSilent) && next.at - first.at < TOGETHER_MS) return [];
    const taken = this.#taken;
    this.#taken = [];
    const handOver = ({ who, partition }: HappeningOf<"takes">) => `${who} ${this.#freed.get(partition)?.who}`;
    const groups = [...new Set(taken.map(handOver))].map((one) => taken.filter((turn) => handOver(turn) === one));
    return groups.map((group) => this.#tellTaken(group));
  }

  #tellTaken(taken: readonly HappeningOf<"takes">[]): Row {
    const [first] = taken;
    if (first === undefined) return BLANK;
    const partitions = inOrder(taken.map(({ partition }) => partition));
    const from = this.#freed.get(first.partition);
    const waits = taken.map(({ at, partition }) => at - (this.#freed.get(partition)?.at ?? at));
    for (const { partition, who } of taken) {
      this.#owners.set(partition, who);
      this.#freed.delete(partition);
    }
    const origin =
      from === undefined ? "" : from.isByAccident ? `, ${from.who}'s until its session ended` : ` from ${from.who}`;
    return {
      atMs: this.#atMs(first),
      who: first.who,
      text: `takes ${partitions}${origin}`,
      handOver: from && duration(Math.max(...waits)),
      token: first.token,
    };
  }

  #atMs({ at }: Happening): number {
    return at - this.#startedAt;
  }
}

/** `p2` before `p10`. */
function inOrder(partitions: readonly string[]): string {
  return partitions.toSorted((a, b) => a.localeCompare(b, "en", { numeric: true })).join(" ");
}
