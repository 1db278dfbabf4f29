import type { Happening, HappeningOf } from "./happening.js";
import type { Row } from "./layout.js";
import { duration, median } from "./units.js";

/** One service's stay in its block, from its first line to its last. */
interface Turn {
  readonly token: bigint;
  /** From the last line of the block before to the first line of this one, in milliseconds. */
  readonly handOverMs: number | undefined;
  readonly number?: number;
}

/** The end of a turn in which a line was added to the ledger. */
interface Told extends Turn {
  readonly who: string;
  readonly at: number;
  readonly number: number;
  /** Who awaits the lock then, as far as it is told. */
  readonly waiting: string;
}

/** What has befallen a holder, until somebody else holds the lock. */
interface Accident {
  readonly who: string;
  readonly at: number;
}

const MOST_TURNS_IN_A_ROW = 10;

/** Sets a scene apart. */
const BLANK: Row = { text: "" };

/**
 * Tells in rows what happens, given it in the order of time. The first lap is told turn by turn; after that whole laps
 * share a row, until something befalls a holder.
 */
export class Narrator {
  readonly #startedAt: number;
  /** Services that take turns. */
  readonly #present: Set<string>;
  readonly #firstLap: Set<string>;
  readonly #waiting = new Set<string>();
  readonly #turns = new Map<string, Turn>();
  /** Those that are inside although the lock was lost. */
  readonly #late = new Set<string>();
  readonly #sessions = new Map<string, string>();
  readonly #unfinished: Set<string>;
  #lap: Told[] = [];
  #accident: Accident | undefined;
  #freedAt: number | undefined;

  constructor(startedAt: number, names: readonly string[]) {
    this.#startedAt = startedAt;
    this.#present = new Set(names);
    this.#firstLap = new Set(names);
    this.#unfinished = new Set(names);
  }

  tell(happening: Happening): readonly Row[] {
    const { who } = happening;
    const row = (text: string, rest: Partial<Row> = {}): Row => ({ atMs: this.#atMs(happening), who, text, ...rest });
    switch (happening.kind) {
      case "connected":
        this.#sessions.set(who, happening.session);
        return [];
      case "waits":
        this.#waiting.add(who);
        return [];
      case "holds":
        return this.#begin(happening, row);
      case "lingers":
        return this.#news(
          BLANK,
          row(`holds the lock, has read ${happening.read}, and is slow this time`, { token: happening.token }),
        );
      case "appended":
        return this.#noteNumber(happening, row);
      case "left":
        return this.#end(happening);
      case "killed":
        this.#befall(happening);
        this.#unfinished.delete(who);
        return this.#news(row("KILLED with SIGKILL inside its block", { colours: ["red", "bold"] }));
      case "frozen":
        this.#befall(happening);
        return this.#news(row("FROZEN with SIGSTOP inside its block, before it writes", { colours: ["blue", "bold"] }));
      case "queue":
        return this.#news(...tellQueue(happening));
      case "thawed":
        this.#present.add(who);
        return this.#news(row("THAWED with SIGCONT; others have moved on", { colours: ["blue", "bold"] }));
      case "woke": {
        const { stalledMs, isHeld, lost } = happening;
        if (!isHeld) this.#late.add(who);
        return this.#news(row(`stood still for ${duration(stalledMs)}; the first line that runs finds`), {
          text: `isHeld() ${isHeld}, lost ${lost ? "" : "not "}aborted`,
          colours: ["bold"],
        });
      }
      case "refused":
        this.#late.delete(who);
        return this.#news(
          row(`writes ${happening.number} all the same: REFUSED, its token is stale`, {
            colours: ["green", "bold"],
            token: happening.token,
          }),
          { text: "the highest that the ledger has seen", token: happening.highest },
        );
      case "lock-lost":
        this.#turns.delete(who);
        return this.#news(row("withLock rejects with LockLostError; it queues again"));
      case "finished":
        this.#present.delete(who);
        this.#unfinished.delete(who);
        if (this.#unfinished.size > 0) return [];
        return this.#news({
          atMs: this.#atMs(happening),
          text: "all that live have finished and closed their sessions",
        });
    }
  }

  #begin(happening: HappeningOf<"holds">, row: (text: string, rest: Partial<Row>) => Row): readonly Row[] {
    const { at, who, token, session } = happening;
    const accident = this.#accident;
    const isNewSession = this.#sessions.get(who) !== session;
    const handOverMs = accident || this.#freedAt === undefined ? undefined : at - this.#freedAt;
    this.#accident = undefined;
    this.#sessions.set(who, session);
    this.#waiting.delete(who);
    this.#turns.set(who, { token, handOverMs });
    if (accident) {
      const handOver = duration(at - accident.at);
      return this.#news(
        row(`holds the lock: ${accident.who}'s session has ended`, { handOver, token, colours: ["bold"] }),
      );
    }
    return isNewSession ? this.#news(row("holds the lock again, in a new session", { token })) : [];
  }

  #noteNumber(happening: HappeningOf<"appended">, row: (text: string, rest: Partial<Row>) => Row): readonly Row[] {
    const { who, number, token } = happening;
    const turn = this.#turns.get(who);
    if (turn) this.#turns.set(who, { ...turn, number });
    if (!this.#late.delete(who)) return [];
    this.#turns.delete(who);
    return this.#news(row(`wrote ${number} late: NOTHING STOPPED IT`, { colours: ["red", "bold"], token }));
  }

  #end({ at, who }: Happening): readonly Row[] {
    const turn = this.#turns.get(who);
    this.#turns.delete(who);
    // One that was overtaken while it stood still has not handed the lock to anybody.
    if (turn?.number === undefined) return [];
    this.#freedAt = at;
    const isFirstLap = this.#firstLap.delete(who);
    const waiting = isFirstLap && this.#waiting.size > 0 ? `; waiting: ${[...this.#waiting].join(" ")}` : "";
    this.#lap.push({ ...turn, number: turn.number, who, at, waiting });
    const laps = Math.max(1, Math.floor(MOST_TURNS_IN_A_ROW / this.#present.size));
    return isFirstLap || this.#lap.length >= laps * this.#present.size ? this.#endLap() : [];
  }

  /** Tells the turns that were not told yet, in one row. */
  #endLap(): readonly Row[] {
    const [first, last] = [this.#lap[0], this.#lap.at(-1)];
    if (first === undefined || last === undefined) return [];
    const handOvers = this.#lap.flatMap(({ handOverMs }) => handOverMs ?? []);
    const handOver = handOvers.length === 0 ? undefined : duration(median(handOvers));
    const common = { atMs: last.at - this.#startedAt, handOver, token: last.token };
    const names = this.#lap.map(({ who }) => who).join(" ");
    this.#lap = [];
    if (first === last) return [{ ...common, who: last.who, text: `wrote ${last.number}${last.waiting}` }];
    return [{ ...common, text: `wrote ${first.number}–${last.number}: ${names}` }];
  }

  #befall({ at, who }: Happening): void {
    this.#accident = { at, who };
    this.#present.delete(who);
    this.#firstLap.delete(who);
  }

  #news(...rows: readonly Row[]): readonly Row[] {
    return [...this.#endLap(), ...rows];
  }

  #atMs({ at }: Happening): number {
    return at - this.#startedAt;
  }
}

function tellQueue({ who, names }: HappeningOf<"queue">): readonly Row[] {
  const queue = { text: `the servers' queue: ${names.join(" ")}` };
  return names[0] === who ? [queue, { text: `${who}'s session lives on there, and with it its lock` }] : [queue];
}
