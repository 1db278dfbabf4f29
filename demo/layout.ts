import type { Colour, Paint } from "./paint.js";

/** One line of the time line, before it is laid out in columns. */
export interface Row {
  /** Milliseconds since the start; without it, the row continues the one above. */
  readonly atMs?: number;
  readonly who?: string;
  readonly text: string;
  /** What the text is coloured with, as a whole. */
  readonly colours?: readonly Colour[];
  readonly handOver?: string | undefined;
  readonly token?: bigint;
}

const WIDTHS = { seconds: 7, who: 4, text: 56, handOver: 9, token: 10 };
const NAME_COLOURS: readonly Colour[] = [
  "cyan",
  "yellow",
  "magenta",
  "green",
  "blue",
  "brightYellow",
  "brightBlue",
  "brightGreen",
];

/** Lays rows out in columns, and gives every service its colour. */
export class Layout {
  readonly names: readonly string[];
  readonly #paint: Paint;

  constructor(paint: Paint, names: readonly string[]) {
    this.#paint = paint;
    this.names = names;
  }

  title(text: string): string {
    return `\n  ${this.#paint(text, "bold")}\n`;
  }

  fact(label: string, text: string): string {
    return `  ${this.#paint(label.padEnd(11), "dim")}${this.#withNames(text)}`;
  }

  heading(): string {
    const { seconds, who, text, handOver, token } = WIDTHS;
    const titles = [
      "seconds".padStart(seconds),
      "who".padEnd(who),
      "what happens".padEnd(text),
      "hand-over".padStart(handOver),
      "token".padStart(token),
    ];
    const rules = Object.values(WIDTHS).map((width) => "─".repeat(width));
    return `\n${[titles, rules].map((cells) => this.#paint(`  ${cells.join("  ")}`, "dim")).join("\n")}`;
  }

  row({ atMs, who = "", text, colours = [], handOver = "", token }: Row): string {
    const seconds = atMs === undefined ? "" : (atMs / 1_000).toFixed(3);
    const cells = [
      this.#colour(seconds.padStart(WIDTHS.seconds), "dim"),
      this.#withNames(who.padEnd(WIDTHS.who)),
      this.#withNames(this.#colour(text.padEnd(WIDTHS.text), ...colours)),
      handOver.padStart(WIDTHS.handOver),
      this.#colour(String(token ?? "").padStart(WIDTHS.token), "dim"),
    ];
    return `  ${cells.join("  ")}`.trimEnd();
  }

  /** Leaves the padding as it is, so that it can be cut off at the end of a line. */
  #colour(cell: string, ...colours: readonly Colour[]): string {
    const text = cell.trim();
    return text === "" || colours.length === 0 ? cell : cell.replace(text, () => this.#paint(text, ...colours));
  }

  /** Names in a text that has no colour of its own stand out in theirs. */
  #withNames(text: string): string {
    if (text.includes("\x1b")) return text;
    return text.replace(/\b[a-z]+\b/g, (word) => {
      const index = this.names.indexOf(word);
      return index < 0 ? word : this.#paint(word, NAME_COLOURS[index % NAME_COLOURS.length] ?? "bold");
    });
  }
}
