import type { SimulatedEnsemble } from "@zookit/testing";

interface Register {
  readonly generation: number;
  readonly parties: number;
  readonly members: readonly string[];
}

/** Who was counted in which generation. */
export interface Filling {
  readonly generation: number;
  readonly members: ReadonlySet<string>;
}

/**
 * Plays what was committed again, and checks it zxid by zxid: whoever was counted in a generation was there together with
 * all the others at one zxid (H68); a generation ends only after a zxid at which none of them was there; generations grow.
 */
export function checkHistory({ log }: SimulatedEnsemble, path: string): readonly Filling[] {
  const sessions = new Set<bigint>();
  const owners = new Map<string, bigint>();
  const fillings: Filling[] = [];
  let version = 0;
  let register: Register | undefined;
  /** Who was there, at every zxid since the register was written. */
  let moments: ReadonlySet<string>[] = [];
  const idsOf = (generation: number) =>
    new Set(
      [...owners.keys()].filter((name) => name.startsWith(`g${generation}-`)).map((name) => name.split("-")[1] ?? ""),
    );
  const note = () => {
    if (register !== undefined) moments.push(idsOf(register.generation));
  };
  for (const { session, write } of log) {
    if (write.type === "openSession") sessions.add(session);
    else if (write.type === "closeSession") {
      sessions.delete(session);
      for (const [name, owner] of owners) if (owner === session) owners.delete(name);
    } else if (!sessions.has(session)) continue;
    else if (write.type === "create" && write.path.startsWith(`${path}/`)) {
      const name = write.path.slice(path.length + 1);
      if (!owners.has(name)) owners.set(name, session);
    } else if (write.type === "delete" && write.path.startsWith(`${path}/`)) {
      owners.delete(write.path.slice(path.length + 1));
    } else if (write.type === "set" && write.path === path && write.version === version) {
      const next = JSON.parse(String(write.data)) as Register;
      checkWrite(register, next, moments);
      if (register?.members.length === 0 && next.members.length > 0)
        fillings.push({ generation: next.generation, members: new Set(next.members) });
      version++;
      register = next;
      moments = [];
    }
    note();
  }
  return fillings;
}

function checkWrite(before: Register | undefined, next: Register, moments: readonly ReadonlySet<string>[]): void {
  const refuse = (why: string): never => {
    throw new Error(`${why}: from ${JSON.stringify(before)} to ${JSON.stringify(next)}`);
  };
  if (before === undefined) return;
  const isFilled = before.members.length === 0 && next.members.length > 0;
  if (next.generation === before.generation) {
    if (!isFilled) {
      if (before.members.join() !== next.members.join()) refuse("members have changed");
      return;
    }
    if (new Set(next.members).size !== next.parties) refuse("another number of members than of parties");
    if (!moments.some((there) => next.members.every((id) => there.has(id)))) refuse("they were never there together");
    return;
  }
  if (next.generation !== before.generation + 1 || next.members.length > 0) refuse("not the next generation");
  if (!moments.some((there) => before.members.every((id) => !there.has(id)))) refuse("they were never all gone");
}
