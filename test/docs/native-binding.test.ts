/** Guards docs/native-binding.md: what its table says about tests and sources is so. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const LAST = 34;
const NUMBERS = Array.from({ length: LAST }, (_, index) => index + 1);
/** What stands in the place of tests. The answer begins with the same words, and gives the reason. */
const REASONS = ["Cannot occur", "Limit"];

interface Row {
  readonly number: number;
  readonly cells: readonly string[];
  readonly answer: string;
  readonly shownBy: string;
}

function read(path: string): string {
  return readFileSync(`${ROOT}${path}`, "utf8");
}

const rows: readonly Row[] = read("docs/native-binding.md")
  .split("\n")
  .filter((line) => line.startsWith("| N"))
  .map((line) => {
    const cells = line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim());
    const [number = "", , answer = "", shownBy = ""] = cells;
    return { number: Number(number.slice(1)), cells, answer, shownBy };
  });

/** Paths in code marks. */
function pathsIn(text: string): readonly string[] {
  return [...text.matchAll(/`([\w./-]+\.ts)`/g)].map(([, path = ""]) => path);
}

function citationsIn(path: string): ReadonlySet<number> {
  return new Set([...read(path).matchAll(/\bN(\d+)\b/g)].map(([, number]) => Number(number)));
}

/** What is wrong with a row, in words; undefined if nothing is. */
function complaintAbout({ number, cells, answer, shownBy }: Row): string | undefined {
  if (cells.length !== 4 || cells.includes("")) return "has an empty cell, or not four of them";
  const missing = pathsIn(cells.join()).find((path) => !existsSync(`${ROOT}${path}`));
  if (missing !== undefined) return `${missing} does not exist`;
  if (REASONS.includes(shownBy)) {
    if (!answer.startsWith(`${shownBy}: `)) return `does not say why it ${shownBy.toLowerCase()}s`;
    const needsSource = shownBy === "Cannot occur";
    return needsSource && pathsIn(answer).length === 0 ? "names no source that makes it impossible" : undefined;
  }
  const tests = pathsIn(shownBy);
  if (tests.map((path) => `\`${path}\``).join(" ") !== shownBy) return `not a list of tests: ${shownBy}`;
  const other = tests.find((path) => !path.endsWith(".test.ts"));
  if (other !== undefined) return `${other} is no test`;
  const silent = tests.find((path) => !citationsIn(path).has(number));
  return silent === undefined ? undefined : `${silent} does not cite N${number}`;
}

describe("the table of the native binding's traps", () => {
  it("has every one of them, once, in order", () => {
    expect(rows.map(({ number }) => number)).toEqual(NUMBERS);
  });

  it.each(rows)("N$number is shown by tests that cite it, or a reason is given why not", (row) => {
    expect(complaintAbout(row)).toBeUndefined();
  });

  it("knows every number that tests and sources cite, and every test of test/native", () => {
    const sources = ["test", "packages"].flatMap((folder) =>
      (readdirSync(`${ROOT}${folder}`, { recursive: true }) as string[])
        .filter((path) => path.endsWith(".ts") && !path.includes("node_modules"))
        .map((path) => `${folder}/${path}`),
    );
    expect(sources.length).toBeGreaterThan(100);
    expect(sources.filter((path) => [...citationsIn(path)].some((number) => !NUMBERS.includes(number)))).toEqual([]);
    const named = new Set(rows.flatMap(({ shownBy }) => pathsIn(shownBy)));
    const own = sources.filter((path) => path.startsWith("test/native/") && path.endsWith(".test.ts"));
    expect(own.filter((path) => !named.has(path))).toEqual([]);
  });
});
