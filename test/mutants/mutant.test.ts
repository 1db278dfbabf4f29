import { describe, expect, it } from "vitest";
import { applyEdit, editsOf, MutantError, recipesOf } from "./mutant.js";

const EDIT = { file: "a.ts", search: "x + 1", replace: "x - 1" };

describe("an edit", () => {
  it("replaces its text, and nothing else", () => {
    expect(applyEdit("const y = x + 1;\nconst z = x + 2;\n", EDIT)).toBe("const y = x - 1;\nconst z = x + 2;\n");
  });

  it("takes its texts as they are, whatever is in them", () => {
    const edit = { file: "a.ts", search: "a.*b$&", replace: "$&$1$$" };
    expect(applyEdit("(a.*b$&)", edit)).toBe("($&$1$$)");
  });

  it.each([
    ["not found", "const y = x;", EDIT],
    ["found twice", "x + 1; x + 1;", EDIT],
    ["empty", "x + 1", { ...EDIT, search: "" }],
    ["replaced by itself", "x + 1", { ...EDIT, replace: "x + 1" }],
  ])("is refused when its text is %s: the mutant would be no mistake, or another one", (_, source, edit) => {
    expect(() => applyEdit(source, edit)).toThrow(MutantError);
  });
});

it("a mutant has its own edit first, then what else belongs to it", () => {
  const also = [{ ...EDIT, file: "b.ts" }];
  const mutant = { ...EDIT, name: "m", standsFor: "a mistake", hazards: ["H1"], also };
  expect(editsOf(mutant).map(({ file }) => file)).toEqual(["a.ts", "b.ts"]);
});

it("a mutant has to be noticed by the tests of what it is in; of core by those of the lock as well", () => {
  const of = (...files: string[]) => {
    const [first = "", ...also] = files;
    const [edit, ...others] = [first, ...also].map((file) => ({ ...EDIT, file }));
    return recipesOf({ ...EDIT, ...edit, name: "m", standsFor: "a mistake", hazards: ["H1"], also: others });
  };
  expect(of("packages/barrier/src/a.ts")).toEqual(["barrier"]);
  expect(of("packages/core/src/a.ts")).toEqual(["core", "lock"]);
  expect(of("packages/party/src/a.ts", "packages/core/src/a.ts")).toEqual(["core", "lock", "party"]);
});
