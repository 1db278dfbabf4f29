/** What becomes of the plan: decisions of the assigner, and of whoever changes the set. Pure. */
import { assign, type Candidate } from "./assign.js";
import { type Plan, type Planned, partitionsOf } from "./plan.js";
import type { Seated } from "./seated.js";
import type { PartitionSet } from "./set.js";

/** A plan that is to be stored in the place of the present one. */
export interface Revision {
  readonly plan: Plan;
  /** Whether it must not wait for others to join first: somebody has left, or was given another set. */
  readonly isUrgent: boolean;
}

/**
 * The plan for the members that are there; `undefined` if the present one is as it should be.
 *
 * A plan is in force as long as there is a member who was accepted into it: then its set is the set, and whoever was given
 * another one is refused (H83). Otherwise the assigner's own set is.
 */
export function revise(plan: Plan | undefined, seated: readonly Seated[], own: PartitionSet): Revision | undefined {
  const listed = new Map(plan?.members.map((member) => [member.run, member]));
  const accepted = seated.filter(({ run, set }) => set === undefined || listed.has(run));
  const inForce = plan !== undefined && accepted.length > 0;
  const { names, digest } = inForce ? { names: partitionsOf(plan), digest: plan.set } : own;
  const eligible = seated.filter((member) => member.set === digest || accepted.includes(member));
  if (eligible.length === 0) return undefined;
  const refused = seated.filter((member) => !eligible.includes(member)).map(({ run }) => run);
  const members = divide(names, eligible, plan);
  const present = new Set(seated.map(({ run }) => run));
  const hasLeft = inForce && plan.members.some(({ run }) => !present.has(run));
  const isNewlyRefused = refused.some((run) => !plan?.refused.includes(run));
  const isSame = plan?.set === digest && plan.unassigned.length === 0 && isSameDivision(plan.members, members);
  if (isSame && !isNewlyRefused) return undefined;
  return { plan: { set: digest, members, unassigned: [], refused }, isUrgent: hasLeft || isNewlyRefused };
}

/** The plan with another set; `undefined` if it has that already. */
export function withSet(plan: Plan | undefined, { names, digest }: PartitionSet): Plan | undefined {
  if (plan?.set === digest) return undefined;
  const members = divide(names, plan?.members ?? [], plan);
  const unassigned = members.length === 0 ? names : [];
  return { set: digest, members, unassigned, refused: [] };
}

/** How many partitions have another owner in the second plan than in the first, those included that had none. */
export function movesBetween(before: Plan | undefined, after: Plan): number {
  const ownersIn = (plan: Plan | undefined) =>
    new Map(
      plan?.members.flatMap(({ identifier, partitions }) => partitions.map((name) => [name, identifier] as const)),
    );
  const owners = ownersIn(before);
  return [...ownersIn(after)].filter(([name, owner]) => owners.get(name) !== owner).length;
}

function divide(
  names: readonly string[],
  members: readonly (Candidate & { readonly run: string })[],
  plan: Plan | undefined,
): readonly Planned[] {
  const current = new Map(plan?.members.map(({ identifier, partitions }) => [identifier, partitions]));
  const runs = new Map(members.map((member) => [member.identifier, member]));
  const assignment = assign([...names].sort(), [...runs.values()], current);
  return [...assignment].map(([identifier, partitions]) => {
    const { run = "", weight = 1 } = runs.get(identifier) ?? {};
    return { identifier, run, weight, partitions };
  });
}

function isSameDivision(before: readonly Planned[], after: readonly Planned[]): boolean {
  if (before.length !== after.length) return false;
  return after.every(({ identifier, run, weight, partitions }, index) => {
    const other = before[index];
    return (
      other?.identifier === identifier &&
      other.run === run &&
      other.weight === weight &&
      other.partitions.length === partitions.length &&
      partitions.every((name, at) => other.partitions[at] === name)
    );
  });
}
