import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "./errors.js";
import { checkPath, checkSequentialPath, chroot, join, NO_CHROOT, nameOf, parentOf } from "./path.js";

/** What PathUtils.validatePath of the server refuses, written from its table rather than from our expression. */
function isRefusedByServer(unit: number): boolean {
  return (
    unit <= 0x1f ||
    (unit >= 0x7f && unit <= 0x9f) ||
    (unit >= 0xd800 && unit <= 0xf8ff) ||
    (unit >= 0xfff0 && unit <= 0xffff)
  );
}

const SEGMENT = fc
  .string({
    minLength: 1,
    maxLength: 8,
    unit: fc.constantFrom("a", "Z", "0", "-", "_", ".", " ", "é", "\u00a0", "\uf900", "\uffef"),
  })
  .filter((segment) => segment !== "." && segment !== "..");

/** Absolute, valid paths other than the root. */
const PATH = fc.array(SEGMENT, { minLength: 1, maxLength: 5 }).map((segments) => `/${segments.join("/")}`);

describe("checkPath", () => {
  it("returns every valid path as it is", () => {
    fc.assert(
      fc.property(PATH, (path) => {
        expect(checkPath(path)).toBe(path);
      }),
    );
  });

  it.each(["/", "/a", "/a/b.c", "/...", "/.a/..b", "/a b", "/locks/é", "/zookeeper"])("accepts %j", (path) => {
    expect(checkPath(path)).toBe(path);
  });

  it.each([
    ["the empty string", ""],
    ["a relative path", "a/b"],
    ["an empty segment", "/a//b"],
    ["only slashes", "//"],
    ["a trailing slash", "/a/"],
    ["a . segment", "/a/./b"],
    ["a trailing . segment", "/a/."],
    ["a .. segment", "/a/../b"],
    ["a leading .. segment", "/.."],
    ["a lone surrogate", "/a\ud800"],
    ["an emoji, which is a surrogate pair", "/\u{1f512}"],
  ])("refuses %s before anything is sent", (_, path) => {
    expect(() => checkPath(path)).toThrow(InvalidArgumentError);
  });

  it("refuses exactly the UTF-16 units that the server refuses (H84)", () => {
    const wrong: string[] = [];
    for (let unit = 0; unit <= 0xffff; unit++) {
      if (unit === 0x2f) continue;
      let isRefused = false;
      try {
        checkPath(`/a${String.fromCharCode(unit)}b`);
      } catch {
        isRefused = true;
      }
      if (isRefused !== isRefusedByServer(unit)) wrong.push(`U+${unit.toString(16)}`);
    }
    expect(wrong).toEqual([]);
  });

  it.each([undefined, null, 7, {}, [], () => "/a", Symbol("/a"), Buffer.from("/a")])(
    "refuses the non-string %s without printing it",
    (path) => {
      expect(() => checkPath(path)).toThrow(InvalidArgumentError);
    },
  );

  it("names the path in the error", () => {
    expect(() => checkPath("/a//b")).toThrow(expect.objectContaining({ path: "/a//b", outcome: "not-applied" }));
  });
});

describe("checkSequentialPath", () => {
  it.each(["/a/", "/a/b-", "/", "/a/..", "/a/."])("accepts %j, to which the server appends digits", (path) => {
    expect(checkSequentialPath(path)).toBe(path);
  });

  it.each(["", "a", "//", "/a//", "/a/\u0000", null, 3])("refuses %j", (path) => {
    expect(() => checkSequentialPath(path)).toThrow(InvalidArgumentError);
  });
});

describe("parentOf, nameOf and join", () => {
  it("take a path apart and put it together again", () => {
    fc.assert(
      fc.property(PATH, (path) => {
        expect(join(parentOf(path), nameOf(path))).toBe(path);
      }),
    );
  });

  it("know that the root is its own parent's child only by name", () => {
    expect(parentOf("/a")).toBe("/");
    expect(parentOf("/")).toBe("/");
    expect(nameOf("/a")).toBe("a");
    expect(join("/", "a")).toBe("/a");
  });
});

describe("chroot", () => {
  it("maps every client path to the server and back unchanged (H85)", () => {
    fc.assert(
      fc.property(PATH, fc.oneof(PATH, fc.constant("/")), (root, path) => {
        const { toServer, toClient } = chroot(root);
        expect(toClient(toServer(path))).toBe(path);
        expect(toServer(path).startsWith(root)).toBe(true);
        expect(checkPath(toServer(path))).toBe(toServer(path));
      }),
    );
  });

  it("maps distinct client paths to distinct server paths", () => {
    fc.assert(
      fc.property(PATH, PATH, PATH, (root, a, b) => {
        const { toServer } = chroot(root);
        expect(toServer(a) === toServer(b)).toBe(a === b);
      }),
    );
  });

  it("stands for the root of the server when it is /", () => {
    expect(chroot("/")).toBe(NO_CHROOT);
    expect(NO_CHROOT.toServer("/a")).toBe("/a");
  });
});
