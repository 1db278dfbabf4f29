import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { FaultOperation, FaultRule } from "./rule.js";
import { type Frame, type RuleBook, showFrame, withoutRule, withRule } from "./rule-book.js";

const request = (operation: FaultOperation | undefined): Frame => ({ at: "request", operation });
const reply = (operation: FaultOperation | undefined): Frame => ({ at: "reply", operation });
const bookOf = (...rules: Omit<FaultRule, "action">[]): RuleBook =>
  rules.reduce<RuleBook>((book, rule, id) => withRule(book, id, { ...rule, action: "lose" }), []);

/** Which rule each frame meets, by id. */
function idsMet(book: RuleBook, frames: readonly Frame[]): (number | undefined)[] {
  let now = book;
  return frames.map((frame) => {
    const step = showFrame(now, frame);
    now = step.book;
    return step.met?.id;
  });
}

describe("a book of fault rules", () => {
  it("has a rule met once, by the next frame of its operation in its direction", () => {
    const book = bookOf({ at: "reply", operation: "create" });
    const frames = [request("create"), reply("delete"), reply("create"), reply("create")];
    expect(idsMet(book, frames)).toEqual([undefined, undefined, 0, undefined]);
  });

  it("counts from when the rule was made", () => {
    const { book } = showFrame(bookOf({ at: "request", operation: "create", nth: 2 }), request("create"));
    const later = withRule(book, 7, { at: "request", operation: "create", nth: 2, action: "lose" });
    expect(idsMet(later, [request("create"), request("create")])).toEqual([0, 7]);
  });

  it("without an operation is met by any but a ping, also by one that it does not know", () => {
    expect(idsMet(bookOf({ at: "request" }), [request("ping"), request("connect")])).toEqual([undefined, 0]);
    expect(idsMet(bookOf({ at: "request" }), [request(undefined)])).toEqual([0]);
    expect(idsMet(bookOf({ at: "request", operation: "ping" }), [request("ping")])).toEqual([0]);
  });

  it("has one rule met by a frame at most, the oldest; the others are met by those that follow", () => {
    const again = { at: "request", operation: "sync" } as const;
    expect(idsMet(bookOf(again, again, again), Array(4).fill(request("sync")))).toEqual([0, 1, 2, undefined]);
    const book = bookOf({ at: "request", operation: "sync", nth: 2 }, again);
    expect(idsMet(book, Array(3).fill(request("sync")))).toEqual([1, 0, undefined]);
  });

  it("forgets a rule that is taken out", () => {
    const again = { at: "request", operation: "sync" } as const;
    expect(idsMet(withoutRule(bookOf(again, again), 0), [request("sync"), request("sync")])).toEqual([1, undefined]);
  });

  it("has every rule met exactly once, and no sooner than its turn, if frames enough follow", () => {
    const nths = fc.array(fc.integer({ min: 1, max: 20 }), { maxLength: 10 });
    fc.assert(
      fc.property(nths, (turns) => {
        const book = bookOf(...turns.map((nth) => ({ at: "reply", nth }) as const));
        const ids = idsMet(book, Array(40).fill(reply("create")));
        const met = ids.filter((id) => id !== undefined);
        expect([...met].sort((a, b) => a - b)).toEqual(turns.map((_, id) => id));
        for (const [id, nth] of turns.entries()) expect(ids.indexOf(id)).toBeGreaterThanOrEqual(nth - 1);
        if (new Set(turns).size === turns.length) {
          for (const [id, nth] of turns.entries()) expect(ids.indexOf(id)).toBe(nth - 1);
        }
      }),
    );
  });
});
