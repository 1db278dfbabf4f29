/** Guards docs/hazards.md: what its table says about tests and sources is so. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
/** Those of the table: the first so many. */
const COVERED = 88;
const NUMBERS = Array.from({ length: COVERED }, (_, index) => index + 1);
/** Every hazard that has a number: beyond those of the table, those of what zookit does not do. */
const LAST = 91;
const CANNOT_OCCUR = "Cannot occur";

interface Row {
  readonly number: number;
  readonly hazard: string;
  readonly answer: string;
  readonly shownBy: string;
}

const page = readFileSync(`${ROOT}docs/hazards.md`, "utf8");

const rows: readonly Row[] = page
  .split("\n")
  .filter((line) => line.startsWith("| H"))
  .map((line) => {
    const [number = "", hazard = "", answer = "", shownBy = ""] = line.slice(1, -1).split("|");
    const cells = { hazard: hazard.trim(), answer: answer.trim(), shownBy: shownBy.trim() };
    return { number: Number(number.trim().slice(1)), ...cells };
  });

/** Paths in code marks. */
function pathsIn(text: string): readonly string[] {
  return [...text.matchAll(/`([\w./-]+\.ts)`/g)].map(([, path = ""]) => path);
}

function citationsIn(source: string): ReadonlySet<number> {
  return new Set([...source.matchAll(/\bH(\d+)\b/g)].map(([, number]) => Number(number)));
}

function read(path: string): string {
  return readFileSync(`${ROOT}${path}`, "utf8");
}

/** What is wrong with a row, in words; undefined if nothing is. */
function complaintAbout({ number, hazard, answer, shownBy }: Row): string | undefined {
  if ([hazard, answer, shownBy].some((cell) => cell === "")) return "a cell is empty";
  if (`${answer} ${shownBy}`.includes("TODO")) return "is still to be done";
  const missing = pathsIn(`${answer} ${shownBy}`).find((path) => !existsSync(`${ROOT}${path}`));
  if (missing !== undefined) return `${missing} does not exist`;
  if (shownBy === CANNOT_OCCUR) {
    if (!answer.startsWith(`${CANNOT_OCCUR}: `)) return "does not say why it cannot occur";
    return pathsIn(answer).length === 0 ? "names no source that makes it impossible" : undefined;
  }
  const tests = pathsIn(shownBy);
  if (tests.map((path) => `\`${path}\``).join(" ") !== shownBy) return `not a list of tests: ${shownBy}`;
  const other = tests.find((path) => !path.endsWith(".test.ts"));
  if (other !== undefined) return `${other} is no test`;
  const silent = tests.find((path) => !citationsIn(read(path)).has(number));
  return silent === undefined ? undefined : `${silent} does not cite H${number}`;
}

describe("the table of hazards", () => {
  it("has every one of them, once, in order", () => {
    expect(rows.map(({ number }) => number)).toEqual(NUMBERS);
  });

  it.each(rows)("H$number is shown by tests that cite it, or cannot occur for a reason that is given", (row) => {
    expect(complaintAbout(row)).toBeUndefined();
  });

  it("knows every number that tests and sources cite", () => {
    const folders = ["test", "packages"];
    const sources = folders.flatMap((folder) =>
      (readdirSync(`${ROOT}${folder}`, { recursive: true }) as string[])
        .filter((path) => path.endsWith(".ts") && !path.includes("node_modules"))
        .map((path) => `${folder}/${path}`),
    );
    expect(sources.length).toBeGreaterThan(100);
    const unknown = sources.filter((path) =>
      [...citationsIn(read(path))].some((number) => number < 1 || number > LAST),
    );
    expect(unknown).toEqual([]);
  });
});
