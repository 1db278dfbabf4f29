/** What a register and a listing mean for one participant. Pure: the shells in enter.ts and leave.ts do as it says. */
import { choose, membersOf } from "./naming.js";
import { firstGeneration, type Register } from "./register.js";

/** What was seen of the barrier, in one session, in the order given here. */
export interface View {
  readonly register: Register | undefined;
  /** Of the register's znode. */
  readonly czxid: bigint;
  /** Of the register's latest write. */
  readonly mzxid: bigint;
  /** When the own znode was created; `undefined` if it is not there. */
  readonly own: bigint | undefined;
  /** The children, if they were asked for. */
  readonly children: readonly string[] | undefined;
}

/** Who is asking, and what it has done so far. */
export interface Participant {
  readonly id: string;
  readonly parties: number;
  /** The generation in which it has asked to be counted. */
  readonly generation: number | undefined;
  /** A znode of its own that may have been counted in that generation has vanished. */
  readonly isBroken: boolean;
  /** The children were listed since its znode was created, and there were not enough of them. */
  readonly hasListed: boolean;
}

/**
 * What to do next in order to enter.
 *
 * - `write`: a compare-and-set of the register.
 * - `fill`: the same, with `parties` of the ids; which of them is for the shell to find out.
 * - `join`: create the own znode in this generation.
 * - `list`: look again, with the children.
 * - `wait`: for a change of the register, or of the own znode.
 * - `wait-for`: for this other znode to go.
 * - `withdraw`: take the own znode back, it does not count.
 * - `entered`, `broken`, `mismatch`: the end.
 */
export type EnterDecision =
  | { readonly kind: "write"; readonly register: Register }
  | { readonly kind: "fill"; readonly register: Register; readonly names: readonly string[] }
  | { readonly kind: "join" | "entered"; readonly generation: number }
  | { readonly kind: "wait-for"; readonly name: string }
  | { readonly kind: "mismatch"; readonly found: number }
  | { readonly kind: "list" | "wait" | "withdraw" | "broken" };

export function decideEnter(view: View, self: Participant): EnterDecision {
  const { register, children } = view;
  const { id, parties } = self;
  if (register === undefined) {
    return { kind: "write", register: { generation: firstGeneration(view.czxid), parties, members: [] } };
  }
  const { generation, members } = register;
  const isJoined = self.generation === generation;
  // A generation cannot end while somebody who was counted is there. So whoever has been there all the time was not counted.
  if (self.generation !== undefined && !isJoined) return { kind: self.isBroken ? "broken" : "withdraw" };
  if (register.parties !== parties) {
    if (children === undefined) return { kind: "list" };
    if (others(register, children, id).length > 0) return { kind: "mismatch", found: register.parties };
    // Nobody is there who could disagree.
    if (members.length === 0) return { kind: "write", register: { ...register, parties } };
  }
  if (members.length === 0) return isJoined ? decideWaiting(view, self, register) : { kind: "join", generation };
  if (isJoined && members.includes(id)) return decideCounted(view, register);
  if (isJoined) return { kind: "withdraw" };
  // Full without us: the next generation begins when this one is over. If all its members have died, we begin it (H71).
  if (children === undefined) return { kind: "list" };
  const present = presentMembers(register, children);
  if (present.length > 0) return { kind: "wait-for", name: choose(present, id) };
  return { kind: "write", register: next(register, parties) };
}

/** The generation is being entered, and we have joined it. */
function decideWaiting(
  { own, children }: View,
  { hasListed, parties }: Participant,
  register: Register,
): EnterDecision {
  const { generation } = register;
  if (own === undefined) return { kind: "join", generation };
  // Whoever was the last to create its znode has seen everybody else's since: no need for the others to count again.
  if (children === undefined) return { kind: hasListed ? "wait" : "list" };
  const present = membersOf(children, generation);
  const ids = new Set(present.map(({ id }) => id));
  if (ids.size < parties) return { kind: "wait" };
  return { kind: "fill", register, names: present.map(({ name }) => name) };
}

/** The generation is full, and we were counted. */
function decideCounted({ own, mzxid }: View, register: Register): EnterDecision {
  const { generation } = register;
  if (own === undefined) return { kind: "join", generation };
  if (own < mzxid) return { kind: "entered", generation };
  // Made anew since: somebody may have looked before, and be about to end the generation. After this write nobody who has not
  // looked again can.
  return { kind: "write", register };
}

/** What to do next in order to leave, the own znode being gone. `done`: the generation is over. */
export type LeaveDecision =
  | { readonly kind: "done" }
  | { readonly kind: "write"; readonly register: Register }
  | { readonly kind: "wait-for"; readonly name: string };

export function decideLeave(
  { register, children }: { readonly register: Register | undefined; readonly children: readonly string[] },
  { generation, id }: { readonly generation: number; readonly id: string },
): LeaveDecision {
  if (register?.generation !== generation) return { kind: "done" };
  const present = presentMembers(register, children);
  if (present.length > 0) return { kind: "wait-for", name: choose(present, id) };
  return { kind: "write", register: next(register, register.parties) };
}

/** Names of those who were counted and have not gone. */
function presentMembers({ generation, members }: Register, children: readonly string[]): readonly string[] {
  const counted = new Set(members);
  return membersOf(children, generation).flatMap(({ name, id }) => (counted.has(id) ? [name] : []));
}

/** Ids of whoever else has a say in how many take part. */
function others(register: Register, children: readonly string[], id: string): readonly string[] {
  const present = membersOf(children, register.generation).map((member) => member.id);
  const isFull = register.members.length > 0;
  return present.filter((other) => other !== id && (!isFull || register.members.includes(other)));
}

function next({ generation }: Register, parties: number): Register {
  return { generation: generation + 1, parties, members: [] };
}
