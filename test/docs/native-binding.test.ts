/** docs/native-binding.md has a line for every trap, and the tests that it names cite it. */
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";

const root = new URL("../../", import.meta.url);
const page = readFileSync(new URL("docs/native-binding.md", root), "utf8");
const rows = new Map(
  [...page.matchAll(/^\| N(\d+) *\|(.*)\|(.*)\|(.*)\|$/gm)].map(([, number, , answer, shown]) => [
    Number(number),
    { answer: answer ?? "", files: [...(shown ?? "").matchAll(/`([^`]+\.test\.ts)`/g)].map(([, file = ""]) => file) },
  ]),
);

test.each(Array.from({ length: 28 }, (_, index) => index + 1))(
  "N%i has a test that cites it, or a reason why not",
  (number) => {
    const row = rows.get(number);
    expect(row).toBeDefined();
    if (row?.files.length === 0) expect(row.answer).toMatch(/Cannot (occur|be avoided|be provoked)/);
    for (const file of row?.files ?? []) {
      if (/Cannot occur/.test(row?.answer ?? "")) continue;
      expect(readFileSync(new URL(file, root), "utf8"), file).toMatch(new RegExp(`\\bN${number}\\b`));
    }
  },
);
