/** What the workloads make of histories: the checkers themselves have tests of their own. */
import { describe, expect, it } from "vitest";
import type { Operation, Outcome } from "../history/event.js";
import type { RegisterRecord } from "../register/record.js";
import { COUNTER_WORKLOAD } from "./counter.js";
import { DOUBLE_BARRIER_WORKLOAD } from "./double-barrier.js";
import { ELECTION_WORKLOAD } from "./election.js";
import { FENCED_MUTEX_WORKLOAD } from "./fenced-mutex.js";
import { MUTEX_WORKLOAD } from "./mutex.js";
import { PARTITIONER_WORKLOAD } from "./partitioner.js";
import { PARTY_WORKLOAD } from "./party.js";
import { READ_WRITE_LOCK_WORKLOAD } from "./read-write-lock.js";
import { SEMAPHORE_WORKLOAD } from "./semaphore.js";
import type { Records, Workload } from "./workload.js";

const NEVER = Number.POSITIVE_INFINITY;

interface Given {
  readonly f: string;
  readonly at: readonly [start: number, end: number];
  readonly process?: string;
  readonly input?: unknown;
  readonly output?: unknown;
  readonly outcome?: Outcome;
}

function rulesBroken(workload: Workload, history: readonly Given[], records: Partial<Records> = {}): readonly string[] {
  const operations = history.map(
    ({ f, at: [start, end], process = "w", input = null, output = null, outcome = "ok" }): Operation => {
      return { process, workload: workload.name, key: "a", f, input, output, start, end, outcome };
    },
  );
  const nothing: Records = { operations, calms: [], endedSessions: [], register: [] };
  const { findings, exhausted } = workload.check({ ...nothing, ...records });
  expect(exhausted).toEqual([]);
  return findings.map(({ rule }) => rule);
}

/** A holder, from its grant to its release; without a release it died. */
function holder(id: string, token: number, from: number, to: number, release = true): readonly Given[] {
  const output = { token: String(token), session: `s${id}` };
  return [
    { f: "acquire", at: [from - 1, from], process: id, input: { id }, output },
    held(id, from),
    held(id, to),
    ...(release ? [{ f: "release", at: [to, to + 1], process: id, input: { id } } as const] : []),
  ];
}

function held(id: string, at: number, isHeld = true): Given {
  return { f: "held", at: [at, at], process: id, output: { id, held: isHeld } };
}

describe("the mutex", () => {
  it("may be released, left by the dead, lost, and not be granted at all", () => {
    const lost = [...holder("c", 3, 20, 25, false), held("c", 40, false)];
    const inVain: Given = { f: "acquire", at: [0, 50], input: { id: "x" }, output: "timeout", outcome: "fail" };
    const history = [
      ...holder("a", 1, 1, 5),
      ...holder("b", 2, 7, 9, false),
      ...lost,
      ...holder("d", 4, 30, 35),
      inVain,
    ];
    expect(rulesBroken(MUTEX_WORKLOAD, history)).toEqual([]);
  });

  it("must not be held by two who are told so", () => {
    expect(rulesBroken(MUTEX_WORKLOAD, [...holder("a", 1, 1, 9), ...holder("b", 2, 5, 7)])).toEqual(["linearizable"]);
  });

  it("may seem to be held in a session that was ended before its time, from then on and no earlier", () => {
    const history = [...holder("a", 1, 1, 9), ...holder("b", 2, 5, 7)];
    expect(rulesBroken(MUTEX_WORKLOAD, history, { endedSessions: [{ session: "sa", from: 4 }] })).toEqual([]);
    const late = { endedSessions: [{ session: "sa", from: 9.5 }] };
    expect(rulesBroken(MUTEX_WORKLOAD, history, late)).toEqual(["linearizable"]);
  });

  it("must not give a lower token later", () => {
    const history = [...holder("a", 2, 1, 2), ...holder("b", 1, 5, 7)];
    expect(rulesBroken(MUTEX_WORKLOAD, history)).toEqual(["tokens strictly increase"]);
  });
});

describe("the fenced mutex", () => {
  const entry = (f: "read" | "write", token: number, read: number, value: number, accepted = true): RegisterRecord => {
    return { at: 0, key: "a", f, token: String(token), who: "w", accepted, read, value };
  };

  it("may have stale writes that the register refuses", () => {
    const register = [
      entry("read", 1, 0, 0),
      entry("read", 2, 0, 0),
      entry("write", 1, 0, 0, false),
      entry("write", 2, 0, 1),
    ];
    expect(rulesBroken(FENCED_MUTEX_WORKLOAD, holder("a", 1, 1, 5), { register })).toEqual([]);
  });

  it("must not have stale writes that it accepts", () => {
    const register = [entry("read", 2, 0, 0), entry("write", 1, 0, 1)];
    expect(rulesBroken(FENCED_MUTEX_WORKLOAD, [], { register })).toEqual(["no stale write is accepted"]);
  });
});

describe("the read/write lock", () => {
  const as = (mode: string, history: readonly Given[]) =>
    history.map((each) => (each.f === "acquire" ? { ...each, input: { ...(each.input as object), mode } } : each));
  const downgrade: Given = { f: "downgrade", at: [4, 5], process: "a", input: { id: "a" } };

  it("may be read by several, also by one who has written", () => {
    const history = [...as("write", holder("a", 1, 1, 9)), downgrade, ...as("read", holder("b", 2, 6, 8))];
    expect(rulesBroken(READ_WRITE_LOCK_WORKLOAD, history)).toEqual([]);
  });

  it("must not be read while somebody writes, nor written while somebody reads who has written before", () => {
    const [writer, reader] = [as("write", holder("a", 1, 1, 9)), as("read", holder("b", 2, 6, 8))];
    expect(rulesBroken(READ_WRITE_LOCK_WORKLOAD, [...writer, ...reader])).toEqual(["linearizable"]);
    const other = as("write", holder("b", 2, 6, 8));
    expect(rulesBroken(READ_WRITE_LOCK_WORKLOAD, [...writer, downgrade, ...other])).toEqual(["linearizable"]);
  });
});

describe("the counter", () => {
  const add = (at: readonly [number, number], before: number): Given => {
    return { f: "add", at, input: 1, output: { before, after: before + 1 } };
  };
  const get = (value: number): Given => ({ f: "get", at: [90, 91], output: value });
  const unknown: Given = { f: "add", at: [2, NEVER], input: 1, outcome: "unknown" };
  const failed: Given = { f: "add", at: [2, 3], input: 1, outcome: "fail" };

  it("may have applied what is unknown, or not", () => {
    expect(rulesBroken(COUNTER_WORKLOAD, [add([0, 1], 0), unknown, add([4, 5], 1), get(2)])).toEqual([]);
    expect(rulesBroken(COUNTER_WORKLOAD, [add([0, 1], 0), unknown, add([4, 5], 2), get(3)])).toEqual([]);
  });

  it("must not apply what has failed, lose what it has confirmed, or contradict itself", () => {
    expect(rulesBroken(COUNTER_WORKLOAD, [add([0, 1], 0), failed, get(2)])).toEqual(["linearizable"]);
    expect(rulesBroken(COUNTER_WORKLOAD, [add([0, 1], 0), get(0)])).toEqual(["linearizable"]);
    const odd: Given = { f: "add", at: [0, 1], input: 1, output: { before: 0, after: 2 } };
    expect(rulesBroken(COUNTER_WORKLOAD, [odd, get(2)])).toEqual(["linearizable"]);
  });
});

describe("the party", () => {
  const calms = [{ from: 10, until: 20, workers: ["a", "b"] }];
  const see = (process: string, at: number, ...members: string[]): Given => {
    return { f: "see", at: [at, at], process, output: members };
  };

  it("must be seen as it is by everybody at the end of a calm", () => {
    const history = [see("a", 12, "a", "b"), see("b", 19, "a", "b"), see("a", 25)];
    expect(rulesBroken(PARTY_WORKLOAD, history, { calms })).toEqual([]);
    expect(rulesBroken(PARTY_WORKLOAD, history.slice(1), { calms })).toEqual(["all see the members that there are"]);
  });
});

describe("the semaphore", () => {
  const permits = (count: number, history: readonly Given[]) =>
    history.map((each) =>
      each.f === "acquire" ? { ...each, input: { ...(each.input as object), permits: count } } : each,
    );

  it("may be held by as many as there are permits, and no more", () => {
    const two = [...permits(2, holder("a", 1, 1, 9)), ...permits(2, holder("b", 2, 5, 7))];
    expect(rulesBroken(SEMAPHORE_WORKLOAD, two)).toEqual([]);
    expect(rulesBroken(SEMAPHORE_WORKLOAD, [...two, ...permits(1, holder("c", 3, 6, 6.5))])).toEqual(["linearizable"]);
  });
});

describe("the election", () => {
  const see = (process: string, at: number, term: number, leader: string, proclaimed = ""): Given => {
    return { f: "see", at: [at, at], process, output: { term: String(term), leader, proclaimed } };
  };
  const terms = [...holder("a", 1, 1, 3), ...holder("b", 2, 6, 8)];

  it("may be seen as it is, or as it was a while ago", () => {
    const seen = [see("x", 2, 1, "a", "1"), see("x", 7, 2, "b"), see("y", 7, 1, "a")];
    expect(rulesBroken(ELECTION_WORKLOAD, [...terms, ...seen])).toEqual([]);
  });

  it.each([
    ["linearizable", holder("c", 3, 7, 7.5)],
    ["a term has one leader", [see("x", 7, 2, "c")]],
    ["an observer never goes back", [see("x", 7, 2, "b"), see("x", 9, 1, "a")]],
    ["a proclamation stays in its term", [see("x", 7, 2, "b", "1")]],
  ])("must keep the rule: %s", (rule, more) => {
    expect(rulesBroken(ELECTION_WORKLOAD, [...terms, ...more])).toEqual([rule]);
  });
});

describe("the double barrier", () => {
  const pass = (process: string, entered: number, left: number, generation = 1): readonly Given[] => [
    { f: "enter", at: [0, entered], process, input: 0, output: { generation, session: `s${process}` } },
    { f: "inside", at: [entered, entered], process, output: { passage: 0, isInside: true } },
    { f: "inside", at: [left - 1, left - 1], process, output: { passage: 0, isInside: true } },
    { f: "leave", at: [left - 1, left], process, input: 0 },
  ];

  it("may be passed by three together, also if one gave up at the moment at which it was counted", () => {
    expect(
      rulesBroken(
        DOUBLE_BARRIER_WORKLOAD,
        ["a", "b", "c"].flatMap((name) => pass(name, 5, 9)),
      ),
    ).toEqual([]);
    const gaveUp: Given = { f: "enter", at: [1, 6], process: "c", input: 0, outcome: "fail" };
    expect(rulesBroken(DOUBLE_BARRIER_WORKLOAD, [...pass("a", 5, 9), ...pass("b", 5, 9), gaveUp])).toEqual([]);
  });

  it("must not be entered by two alone, nor left while somebody is told that it is inside", () => {
    const two = [...pass("a", 5, 9), ...pass("b", 5, 9)];
    const tooFew = "nobody enters before all have come";
    expect(rulesBroken(DOUBLE_BARRIER_WORKLOAD, two)).toEqual([tooFew, tooFew]);
    const tooEarly = "nobody leaves before all want to";
    expect(rulesBroken(DOUBLE_BARRIER_WORKLOAD, [...two, ...pass("c", 5, 20)])).toEqual([tooEarly, tooEarly]);
    const endedSessions = [{ session: "sc", from: 8 }];
    expect(rulesBroken(DOUBLE_BARRIER_WORKLOAD, [...two, ...pass("c", 5, 20)], { endedSessions })).toEqual([]);
  });
});

describe("the partitioner", () => {
  const look = (process: string, at: number, token: number, partition = "p0"): Given => {
    const output = { partition, token: String(token), session: `s${process}`, held: true };
    return { f: "held", at: [at, at], process, output };
  };

  it("may have owners one after the other, and must not have two at a time", () => {
    const first = [look("a", 1, 1), look("a", 5, 1)];
    expect(rulesBroken(PARTITIONER_WORKLOAD, [...first, look("b", 6, 2)])).toEqual([]);
    expect(rulesBroken(PARTITIONER_WORKLOAD, [...first, look("b", 4, 2)])).toEqual(["a partition has one owner"]);
  });

  it("must not pass on before the call has come to its end, where the session has lived until then", () => {
    const input = { partition: "p0", token: "1", session: "sa" };
    const call = (isWhole: boolean): Given => ({ f: "own", at: [0, 9], process: "a", input, output: { isWhole } });
    const looks = [look("a", 1, 1), look("a", 5, 1), look("b", 7, 2)];
    expect(rulesBroken(PARTITIONER_WORKLOAD, [...looks, call(true)])).toEqual(["a partition has one owner"]);
    expect(rulesBroken(PARTITIONER_WORKLOAD, [...looks, call(false)])).toEqual([]);
  });

  it("must have an owner for each partition at the end of a calm", () => {
    const calms = [{ from: 0, until: 10_000, workers: [] }];
    const all = Array.from({ length: 12 }, (_, index) => look("a", 9_500, 1, `p${index}`));
    expect(rulesBroken(PARTITIONER_WORKLOAD, all, { calms })).toEqual([]);
    expect(rulesBroken(PARTITIONER_WORKLOAD, all.slice(1), { calms })).toEqual(["every partition has an owner"]);
  });
});
