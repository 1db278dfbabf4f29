import type { Mutant } from "./mutant.js";

const DECIDE = "packages/barrier/src/decide.ts";
const SHARED = "packages/barrier/src/decide-shared.ts";

/** Mistakes about barriers: who counts, when it is over, and what becomes of those who give up or are cut off. */
export const BARRIER_MUTANTS: readonly Mutant[] = [
  {
    name: "barrier passed one short",
    standsFor: "a generation is filled although one is missing",
    hazards: ["H68", "H70"],
    file: DECIDE,
    search: `if (ids.size < parties) return { kind: "wait" };`,
    replace: `if (ids.size < parties - 1) return { kind: "wait" };`,
    also: [
      {
        file: "packages/barrier/src/enter.ts",
        search: "if (members.length < parties) return undefined;",
        replace: "if (members.length < parties - 1) return undefined;",
      },
    ],
  },
  {
    name: "znodes of one participant counted twice",
    standsFor: "a process that was started again is counted beside its predecessor",
    hazards: ["H20"],
    file: DECIDE,
    search: "const ids = new Set(present.map(({ id }) => id));",
    replace: "const ids = new Set(present.map(({ name }) => name));",
  },
  {
    name: "members of other generations counted",
    standsFor: "what an earlier generation has left behind is counted in this one",
    hazards: ["H70", "H71"],
    file: "packages/barrier/src/naming.ts",
    search: "return member?.generation === generation ? [member] : [];",
    replace: "return member !== undefined ? [member] : [];",
  },
  {
    name: "barrier entered on waking up",
    standsFor: "whoever is woken when a generation is full takes itself to be in it",
    hazards: ["H68"],
    file: DECIDE,
    search: "if (isJoined && members.includes(id)) return decideCounted(view, register);",
    replace: "if (isJoined) return decideCounted(view, register);",
  },
  {
    name: "barrier entered again without a word",
    standsFor:
      "a member that comes back after its session was lost does not stop those who are about to end the generation",
    hazards: ["H12"],
    file: DECIDE,
    search: `if (own < mzxid) return { kind: "entered", generation };`,
    replace: `if (own !== mzxid) return { kind: "entered", generation };`,
  },
  {
    name: "broken barrier not noticed",
    standsFor: "a participant without which the generation went on enters the next one as if nothing had been",
    hazards: ["H12"],
    file: DECIDE,
    search: `self.isBroken ? "broken" : "withdraw"`,
    replace: `"withdraw"`,
  },
  {
    name: "barrier left while one is inside",
    standsFor: "whoever leaves is content when one is left",
    hazards: ["H72"],
    file: DECIDE,
    search: `  const present = presentMembers(register, children);
  if (present.length > 0) return { kind: "wait-for", name: choose(present, id) };
  return { kind: "write", register: next(register, register.parties) };`,
    replace: `  const present = presentMembers(register, children);
  if (present.length > 1) return { kind: "wait-for", name: choose(present, id) };
  return { kind: "write", register: next(register, register.parties) };`,
  },
  {
    name: "dead generation stays",
    standsFor: "a generation whose members have all died inside is waited for for ever",
    hazards: ["H71"],
    file: DECIDE,
    search: `  return { kind: "write", register: next(register, parties) };`,
    replace: `  return { kind: "wait" };`,
  },
  {
    name: "not counted again after a lost write",
    standsFor: "whoever has seen enough members and could not say so waits for somebody else to say it",
    hazards: ["H7", "H71"],
    file: "packages/barrier/src/enter.ts",
    search: `this.#hasListed ||= decision.kind === "wait";`,
    replace: "this.#hasListed ||= view.children !== undefined && view.own !== undefined;",
  },
  {
    name: "register overwritten",
    standsFor: "the register is written whatever has been written since it was read",
    hazards: ["H7", "H68"],
    file: "packages/barrier/src/register.ts",
    search: `await session.request("set", { path, data: encodeRegister(register), version });`,
    replace: `await session.request("set", { path, data: encodeRegister(register), version: -1 });`,
  },
  {
    name: "abort believed",
    standsFor: "an abort that comes when the participant has been counted reports a failure",
    hazards: ["H48"],
    file: "packages/barrier/src/attempt.ts",
    search: "      if (entered !== undefined) return entered;\n",
    replace: "",
  },
  {
    name: "znode left by whoever gives up entering",
    standsFor: "the znode of a participant that gave up stays, and is counted",
    hazards: ["H47"],
    file: "packages/barrier/src/enter.ts",
    search: "    return this.#own?.remove();\n",
    replace: "    return undefined;\n",
  },
  {
    name: "znode that vanished is not missed",
    standsFor: "a participant whose znode somebody has deleted waits on, and does not count",
    hazards: ["H45"],
    file: DECIDE,
    search: `  if (own === undefined) return { kind: "join", generation };
  // Whoever was the last`,
    replace: `  if (own === undefined && !hasListed) return { kind: "join", generation };
  // Whoever was the last`,
  },
  {
    name: "loss of a membership known by an event only",
    standsFor: "after a stall a membership that has ended looks as if it went on",
    hazards: ["H14"],
    file: "packages/barrier/src/membership.ts",
    search: "    if (!this.#over.signal.aborted) this.#own.session.isValid();\n",
    replace: "",
  },
  {
    name: "waiting before a barrier ends with the session",
    standsFor: "whoever waits before a barrier fails when its session ends",
    hazards: ["H74"],
    file: "packages/barrier/src/barrier.ts",
    search: "if (signal.aborted || !isLossError(error)) throw error;",
    replace: "throw error;",
  },
  {
    name: "closed barrier not seen",
    standsFor: "whoever was told that a barrier is closed finds it open at a server that lags",
    hazards: ["H40"],
    file: "packages/barrier/src/barrier.ts",
    search: `        session.request("sync", { path }).catch(() => {});\n`,
    replace: "",
  },
  {
    name: "old ready taken for an answer",
    standsFor: "the ready of a run that crashed lets a participant in",
    hazards: ["H71"],
    file: SHARED,
    search: "if (sawReady || (ready !== undefined && ready > own)) return",
    replace: "if (sawReady || ready !== undefined) return",
  },
  {
    name: "ready counted as a member",
    standsFor: "the ready of a run that crashed stands in for a participant",
    hazards: ["H70"],
    file: SHARED,
    search: "return children.filter((name) => name !== READY);",
    replace: "return children;",
  },
];
