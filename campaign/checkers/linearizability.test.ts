import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Call, checkLinearizability } from "./linearizability.js";
import { FENCED_MUTEX } from "./models/fenced-mutex.js";
import { type HoldingAction, MUTEX } from "./models/mutex.js";
import { READ_WRITE_LOCK, type ReadWriteAction } from "./models/read-write-lock.js";
import { type RegisterAction, register } from "./models/register.js";
import { type SemaphoreAction, semaphore } from "./models/semaphore.js";
import { sequentialHistory, spread, spreads } from "./sequential.test-support.js";

const NEVER = Number.POSITIVE_INFINITY;

function call<Action>(start: number, end: number, action: Action): Call<Action> {
  return { start, end, action };
}

const acquire = (id: string, token?: bigint): HoldingAction => ({ f: "acquire", id, token });
const held = (id: string): HoldingAction => ({ f: "held", id });
const end = (id: string): HoldingAction => ({ f: "end", id });

describe("known-good histories are accepted", () => {
  it("a mutex that is handed on", () => {
    const calls = [
      call(0, 1, acquire("a")),
      call(2, 2, held("a")),
      call(0, 5, acquire("b")),
      call(3, 4, end("a")),
      call(6, 6, held("b")),
    ];
    expect(checkLinearizability(MUTEX, calls).kind).toBe("linearizable");
  });

  it("a holder that died, and of which nobody knows when it was found out", () => {
    const calls = [call(0, 1, acquire("a")), call(0, NEVER, end("a")), call(2, 9, acquire("b"))];
    expect(checkLinearizability(MUTEX, calls).kind).toBe("linearizable");
  });

  it("an open call that has taken effect much later, or not at all", () => {
    const calls: Call<RegisterAction>[] = [
      call(0, NEVER, { f: "write", value: "late" }),
      call(0, NEVER, { f: "write", value: "never" }),
      call(1, 2, { f: "write", value: "early" }),
      call(3, 4, { f: "read", value: "early" }),
      call(5, 6, { f: "read", value: "late" }),
    ];
    expect(checkLinearizability(register(""), calls).kind).toBe("linearizable");
  });

  it("readers side by side, and a writer that becomes a reader", () => {
    const calls: Call<ReadWriteAction>[] = [
      call(0, 1, { f: "acquire", id: "a", mode: "read" }),
      call(0, 1, { f: "acquire", id: "b", mode: "read" }),
      call(2, 3, { f: "end", id: "a" }),
      call(2, 3, { f: "end", id: "b" }),
      call(4, 5, { f: "acquire", id: "w", mode: "write" }),
      call(6, 7, { f: "downgrade", id: "w" }),
      call(6, 9, { f: "acquire", id: "c", mode: "read" }),
      call(10, 10, { f: "held", id: "w" }),
    ];
    expect(checkLinearizability(READ_WRITE_LOCK, calls).kind).toBe("linearizable");
  });

  it("a compare-and-set of which nobody knows whether it took place", () => {
    const calls: Call<RegisterAction>[] = [
      call(0, NEVER, { f: "compare-and-set", expected: "0", next: "1", done: undefined }),
      call(1, 2, { f: "read", value: "0" }),
      call(3, 4, { f: "compare-and-set", expected: "1", next: "2", done: true }),
      call(5, 6, { f: "compare-and-set", expected: "1", next: "3", done: false }),
    ];
    expect(checkLinearizability(register("0"), calls).kind).toBe("linearizable");
  });

  it("two calls that meet in one moment: either may have been first", () => {
    expect(checkLinearizability(MUTEX, [call(5, 5, end("a")), call(0, 5, acquire("a"))]).kind).toBe("linearizable");
  });
});

describe("known-bad histories are rejected", () => {
  it("two holders of a mutex who are both told that they hold it", () => {
    const calls = [
      call(0, 1, acquire("a")),
      call(0, NEVER, end("a")),
      call(2, 3, acquire("b")),
      call(4, 4, held("b")),
      call(5, 5, held("a")),
    ];
    expect(checkLinearizability(MUTEX, calls)).toMatchObject({ kind: "violation", stuck: { action: held("a") } });
  });

  it("a mutex granted before the holder began to release it", () => {
    const calls = [call(0, 1, acquire("a")), call(2, 3, acquire("b")), call(4, 5, end("a"))];
    expect(checkLinearizability(MUTEX, calls).kind).toBe("violation");
  });

  it("a token that does not grow", () => {
    const calls = [call(0, 1, acquire("a", 7n)), call(2, 3, end("a")), call(4, 5, acquire("b", 7n))];
    expect(checkLinearizability(FENCED_MUTEX, calls).kind).toBe("violation");
    expect(checkLinearizability(MUTEX, calls).kind).toBe("linearizable");
  });

  it("a reader beside a writer, and a writer let in by a downgrade", () => {
    const beside: Call<ReadWriteAction>[] = [
      call(0, 1, { f: "acquire", id: "w", mode: "write" }),
      call(2, 3, { f: "acquire", id: "r", mode: "read" }),
    ];
    const letIn: Call<ReadWriteAction>[] = [
      call(0, 1, { f: "acquire", id: "a", mode: "write" }),
      call(2, 9, { f: "downgrade", id: "a" }),
      call(3, 4, { f: "acquire", id: "b", mode: "write" }),
      call(10, 11, { f: "held", id: "a" }),
    ];
    expect(checkLinearizability(READ_WRITE_LOCK, beside).kind).toBe("violation");
    expect(checkLinearizability(READ_WRITE_LOCK, letIn).kind).toBe("violation");
  });

  it("one permit too many", () => {
    const calls = ["a", "b", "c"].map((id, index) =>
      call<SemaphoreAction>(index, index, { f: "acquire", id, permits: 1 }),
    );
    expect(checkLinearizability(semaphore(2), calls).kind).toBe("violation");
    expect(checkLinearizability(semaphore(3), calls).kind).toBe("linearizable");
  });

  it("a compare-and-set that took place although another value was there", () => {
    const calls: Call<RegisterAction>[] = [
      call(0, 1, { f: "write", value: "5" }),
      call(2, 3, { f: "compare-and-set", expected: "0", next: "1", done: true }),
    ];
    expect(checkLinearizability(register("0"), calls).kind).toBe("violation");
  });

  it("an open call that is needed twice", () => {
    const calls: Call<RegisterAction>[] = [
      call(0, NEVER, { f: "write", value: "a" }),
      call(1, 2, { f: "read", value: "a" }),
      call(3, 4, { f: "write", value: "b" }),
      call(5, 6, { f: "read", value: "a" }),
    ];
    expect(checkLinearizability(register(""), calls).kind).toBe("violation");
  });

  it("an open call that is needed before it began", () => {
    const calls: Call<RegisterAction>[] = [
      call(0, 1, { f: "read", value: "a" }),
      call(2, NEVER, { f: "write", value: "a" }),
    ];
    expect(checkLinearizability(register(""), calls).kind).toBe("violation");
  });
});

const ids = fc.array(fc.constantFrom("a", "b", "c", "d"), { minLength: 1, maxLength: 25 });

/** Holders one after the other, each with some looks at whether it holds. */
const mutexHistory = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 12 }).map((looks) =>
  looks.flatMap((count, index): HoldingAction[] => {
    const id = String(index);
    return [acquire(id, BigInt(index)), ...Array.from({ length: count }, () => held(id)), end(id)];
  }),
);

describe("random executions", () => {
  it("are accepted, however the calls are spread around the moments at which they took effect", () => {
    fc.assert(
      fc.property(mutexHistory, spreads, (actions, seeds) => {
        const calls = spread(actions, seeds);
        expect(checkLinearizability(MUTEX, calls).kind).toBe("linearizable");
        expect(checkLinearizability(FENCED_MUTEX, calls).kind).toBe("linearizable");
      }),
    );
  });

  it("of any model are accepted", () => {
    fc.assert(
      fc.property(ids, spreads, (names, seeds) => {
        const readWrite = sequentialHistory(READ_WRITE_LOCK, names, (id, step): ReadWriteAction[] => [
          { f: "acquire", id, mode: step % 2 === 0 ? "read" : "write" },
          { f: "downgrade", id },
          { f: "held", id },
          { f: "end", id },
        ]);
        expect(checkLinearizability(READ_WRITE_LOCK, spread(readWrite, seeds)).kind).toBe("linearizable");
        const permits = sequentialHistory(semaphore(3), names, (id, step): SemaphoreAction[] => [
          { f: "acquire", id, permits: 1 + (step % 2) },
          { f: "end", id },
        ]);
        expect(checkLinearizability(semaphore(3), spread(permits, seeds)).kind).toBe("linearizable");
        const values = sequentialHistory(register("a"), names, (id, step): RegisterAction[] => [
          { f: "compare-and-set", expected: "a", next: id, done: step % 2 === 0 },
          { f: "read", value: id },
          { f: "write", value: id },
        ]);
        expect(checkLinearizability(register("a"), spread(values, seeds)).kind).toBe("linearizable");
      }),
    );
  });

  it("are rejected when somebody is told that he holds what another holds at that moment", () => {
    fc.assert(
      fc.property(mutexHistory, spreads, fc.nat(), fc.nat(), (actions, seeds, at, who) => {
        const holders = actions.filter(({ f }) => f === "acquire").length;
        const place = at % actions.length;
        const present = actions[place];
        const id = String(who % holders);
        fc.pre(present !== undefined && present.f !== "end" && present.id !== id);
        const calls = spread(actions, seeds, 0);
        const moment = calls[place]?.end ?? 0;
        // Nothing overlaps: what stands between two actions is not the holder's.
        expect(checkLinearizability(MUTEX, [...calls, call(moment + 0.1, moment + 0.2, held(id))]).kind).toBe(
          "violation",
        );
      }),
    );
  });

  it("are rejected when tokens are exchanged", () => {
    fc.assert(
      fc.property(mutexHistory, (actions) => {
        const tokens = actions.filter(({ f }) => f === "acquire").length;
        const reversed = actions.map((action) =>
          action.f === "acquire" ? { ...action, token: BigInt(tokens) - (action.token ?? 0n) } : action,
        );
        expect(checkLinearizability(FENCED_MUTEX, spread(reversed, [], 0)).kind).toBe("violation");
      }),
    );
  });
});

describe("the search", () => {
  it("gives up after so many steps, or so long, and says so", () => {
    const calls = Array.from({ length: 40 }, (_, index) =>
      call<RegisterAction>(0, 100 + index, { f: "write", value: String(index) }),
    );
    const bad = call<RegisterAction>(200, 201, { f: "read", value: "never written" });
    expect(checkLinearizability(register(""), [...calls, bad], { steps: 1_000 }).kind).toBe("exhausted");
    expect(checkLinearizability(register(""), [...calls, bad], { timeMs: -1 }).kind).toBe("exhausted");
  });

  it("is done in a second with a history as long as a campaign's, half of whose holders died", () => {
    const calls = Array.from({ length: 20_000 }, (_, index): Call<HoldingAction>[] => {
      const [id, at] = [String(index), index * 10];
      const isDead = index % 2 === 0;
      return [
        call(at - 70, at + 1, acquire(id)),
        call(at + 2, at + 2, held(id)),
        call(isDead ? at - 70 : at + 3, isDead ? NEVER : at + 4, end(id)),
      ];
    }).flat();
    expect(checkLinearizability(MUTEX, calls, { timeMs: 20_000 }).kind).toBe("linearizable");
  });

  it("is done in a second with readers and writers of whom many wait at a time, and many died", () => {
    const calls = Array.from({ length: 3_000 }, (_, index): Call<ReadWriteAction>[] => {
      const [id, at] = [String(index), index * 10];
      const mode = index % 12 === 0 ? "write" : "read";
      const isDead = index % 7 === 0;
      return [
        call(at - 300, at + 1, { f: "acquire", id, mode }),
        call(at + 2, at + 2, { f: "held", id }),
        call(isDead ? at - 300 : at + 3, isDead ? NEVER : at + 4, { f: "end", id }),
      ];
    }).flat();
    expect(checkLinearizability(READ_WRITE_LOCK, calls, { timeMs: 20_000 }).kind).toBe("linearizable");
  });
});
