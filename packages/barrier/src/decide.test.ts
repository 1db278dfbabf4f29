import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideEnter, decideLeave, type Participant, type View } from "./decide.js";
import { idOf, nameOfMember } from "./naming.js";
import type { Register } from "./register.js";

const [ME, A, B] = [idOf("me"), idOf("a"), idOf("b")];
const name = (id: string, generation = 5) => nameOfMember(generation, id);

const entering: Register = { generation: 5, parties: 2, members: [] };
const full = (...members: string[]): Register => ({ ...entering, members });

function view(register: Register | undefined, rest: Partial<View> = {}): View {
  return { register, czxid: 5n, mzxid: 100n, own: undefined, children: undefined, ...rest };
}

function self(rest: Partial<Participant> = {}): Participant {
  return { id: ME, parties: 2, generation: undefined, isBroken: false, hasListed: false, ...rest };
}

const joined = self({ generation: 5 });

describe("whoever enters", () => {
  test("writes the register first where there is none, beginning with the znode's czxid", () => {
    const register = { generation: 5, parties: 2, members: [] };
    expect(decideEnter(view(undefined), self())).toEqual({ kind: "write", register });
  });

  test("joins, counts once, and then waits for the register", () => {
    expect(decideEnter(view(entering), self())).toEqual({ kind: "join", generation: 5 });
    expect(decideEnter(view(entering), joined)).toEqual({ kind: "join", generation: 5 });
    expect(decideEnter(view(entering, { own: 7n }), joined)).toEqual({ kind: "list" });
    expect(decideEnter(view(entering, { own: 7n, children: [name(ME)] }), joined)).toEqual({ kind: "wait" });
    expect(decideEnter(view(entering, { own: 7n }), { ...joined, hasListed: true })).toEqual({ kind: "wait" });
  });

  test("fills the generation when there are enough, counting ids, of this generation, and members only (H68, H70)", () => {
    const decide = (...children: string[]) => decideEnter(view(entering, { own: 7n, children }), joined).kind;
    expect(decide(name(ME), name(A))).toBe("fill");
    expect(decide(name(ME), name(A), name(B))).toBe("fill");
    expect(decide(name(ME), "ready")).toBe("wait");
    expect(decide(name(ME), name(A, 4))).toBe("wait");
    expect(decide(name(ME), name(ME))).toBe("wait");
  });

  test("has entered when it is named, with a znode that was there before it was", () => {
    expect(decideEnter(view(full(A, ME), { own: 99n }), joined)).toEqual({ kind: "entered", generation: 5 });
  });

  test("says that it is back before it enters with a znode that is younger than its being named", () => {
    const register = full(A, ME);
    expect(decideEnter(view(register, { own: 101n }), joined)).toEqual({ kind: "write", register });
    expect(decideEnter(view(register), { ...joined, isBroken: true })).toEqual({ kind: "join", generation: 5 });
  });

  test("does not enter by a name that another has given it: it must have joined this very time", () => {
    const children = [name(A)];
    expect(decideEnter(view(full(A, ME), { children }), self()).kind).toBe("wait-for");
  });

  test("withdraws if it was one too many, and waits for one of the members to go (H71)", () => {
    expect(decideEnter(view(full(A, B), { own: 99n }), joined)).toEqual({ kind: "withdraw" });
    expect(decideEnter(view(full(A, B)), self())).toEqual({ kind: "list" });
    const [a, late] = [name(A), name(ME)];
    expect(decideEnter(view(full(A, B), { children: [late, a] }), self())).toEqual({ kind: "wait-for", name: a });
  });

  test("begins the next generation if all members of this one have died (H71)", () => {
    const register = { generation: 6, parties: 2, members: [] };
    const children = ["ready", name(A, 4)];
    expect(decideEnter(view(full(A, B), { children }), self())).toEqual({ kind: "write", register });
  });

  test("is broken when the generation went on without it, unless it was there all the time and thus not counted", () => {
    const register = { ...entering, generation: 6 };
    expect(decideEnter(view(register, { own: 7n }), joined)).toEqual({ kind: "withdraw" });
    expect(decideEnter(view(register), { ...joined, isBroken: true })).toEqual({ kind: "broken" });
  });

  test("finds out about another number of parties from whoever is there, and only from them", () => {
    const three = { ...entering, parties: 3 };
    expect(decideEnter(view(three), self())).toEqual({ kind: "list" });
    expect(decideEnter(view(three, { children: [name(A)] }), self())).toEqual({ kind: "mismatch", found: 3 });
    expect(decideEnter(view(three, { own: 7n, children: [name(ME), name(A)] }), joined).kind).toBe("mismatch");
    expect(decideEnter(view(three, { children: [name(A, 4)] }), self())).toEqual({ kind: "write", register: entering });
    const over = { ...full(A, B, ME), parties: 3 };
    const next = { generation: 6, parties: 2, members: [] };
    expect(decideEnter(view(over, { children: [] }), self())).toEqual({ kind: "write", register: next });
  });
});

describe("whoever leaves", () => {
  const own = { generation: 5, id: ME };

  test("is done when the generation is over, or the barrier is gone", () => {
    const register = { ...entering, generation: 6 };
    expect(decideLeave({ register, children: [name(A, 6)] }, own)).toEqual({ kind: "done" });
    expect(decideLeave({ register: undefined, children: [] }, own)).toEqual({ kind: "done" });
  });

  test("waits for a member that is there, and for nobody else (H72)", () => {
    const register = full(A, ME);
    const a = name(A);
    expect(decideLeave({ register, children: [name(B), a] }, own)).toEqual({ kind: "wait-for", name: a });
  });

  test("ends the generation when no member is there", () => {
    const register = { generation: 6, parties: 2, members: [] };
    expect(decideLeave({ register: full(A, ME), children: [name(B), "ready"] }, own)).toEqual({
      kind: "write",
      register,
    });
  });
});

const anyName = fc
  .tuple(fc.constantFrom(4, 5, 6), fc.constantFrom(ME, A, B))
  .map(([generation, id]) => name(id, generation));
const anyRegister = fc.record({
  generation: fc.constantFrom(4, 5, 6),
  parties: fc.constantFrom(1, 2, 3),
  members: fc.subarray([ME, A, B]),
});
const anyView = fc.record({
  register: fc.option(anyRegister, { nil: undefined }),
  czxid: fc.constant(4n),
  mzxid: fc.constant(100n),
  own: fc.constantFrom(undefined, 50n, 150n),
  children: fc.option(fc.array(anyName, { maxLength: 5 }), { nil: undefined }),
});
const anySelf = fc.record({
  id: fc.constant(ME),
  parties: fc.constantFrom(1, 2, 3),
  generation: fc.constantFrom(undefined, 4, 5, 6),
  isBroken: fc.boolean(),
  hasListed: fc.boolean(),
});

test("whatever is seen, nobody enters unless it is there and named in the generation that it has joined (H68, H69)", () => {
  fc.assert(
    fc.property(anyView, anySelf, (seen, who) => {
      const decision = decideEnter(seen, who);
      if (decision.kind !== "entered") return;
      expect(seen.own).toBe(50n);
      expect(seen.register?.members).toContain(ME);
      expect([decision.generation, who.generation]).toEqual([seen.register?.generation, seen.register?.generation]);
    }),
  );
});

test("whatever is seen, a generation is filled, or ended, only by what a listing shows", () => {
  fc.assert(
    fc.property(anyView, anySelf, (seen, who) => {
      const decision = decideEnter(seen, who);
      const { register, children } = seen;
      if (decision.kind === "fill") {
        const there = new Set(children?.filter((child) => child.startsWith(`g${register?.generation}-`)).map(idIn));
        expect(there.size).toBeGreaterThanOrEqual(who.parties);
      }
      if (decision.kind === "write" && register !== undefined && decision.register.generation > register.generation) {
        const members = children?.filter((child) => child.startsWith(`g${register.generation}-`)).map(idIn);
        expect(members?.some((id) => register.members.includes(id))).toBe(false);
      }
    }),
  );
});

test("whoever has listed is not told to list again", () => {
  fc.assert(
    fc.property(anyView, anySelf, (seen, who) => {
      fc.pre(seen.children !== undefined);
      expect(decideEnter(seen, who).kind).not.toBe("list");
    }),
  );
});

function idIn(child: string): string {
  return child.split("-")[1] ?? "";
}
