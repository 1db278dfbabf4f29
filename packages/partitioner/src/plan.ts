import type { Candidate } from "./assign.js";
import { UnreadablePlanError } from "./errors.js";

/** A member in the plan. */
export interface Planned extends Candidate {
  /** The run of the member; another one of the same identifier is another member. */
  readonly run: string;
  /** What it is to own, in the order in which it got them. */
  readonly partitions: readonly string[];
}

/**
 * Who is to own which partition: the one document that all members follow. It grants nothing; what is owned, and by whom, is
 * up to the guards.
 */
export interface Plan {
  /** What the set is recognised by; see {@link PartitionSet}. */
  readonly set: string;
  readonly members: readonly Planned[];
  /** Partitions that nobody is to own, while there are no members. */
  readonly unassigned: readonly string[];
  /** Runs of members that were given another set. */
  readonly refused: readonly string[];
}

export function partitionsOf({ members, unassigned }: Plan): readonly string[] {
  return [...members.flatMap(({ partitions }) => partitions), ...unassigned];
}

export function encodePlan({ set, members, unassigned, refused }: Plan): Buffer {
  const listed = members.map(({ identifier, run, weight, partitions }) => ({ identifier, run, weight, partitions }));
  const rest = { ...(unassigned.length > 0 && { unassigned }), ...(refused.length > 0 && { refused }) };
  return Buffer.from(JSON.stringify({ set, members: listed, ...rest }), "utf8");
}

/** The plan in a znode's data; `undefined` if there is none yet. @throws {UnreadablePlanError} */
export function decodePlan(data: Buffer | undefined, path: string): Plan | undefined {
  if (data === undefined || data.length === 0) return undefined;
  try {
    const { set, members, unassigned = [], refused = [] } = JSON.parse(data.toString("utf8"));
    const plan = { set, members, unassigned, refused };
    if (isPlan(plan)) return plan;
  } catch (cause) {
    throw new UnreadablePlanError(`what is stored at ${path} is no plan`, { path, cause });
  }
  throw new UnreadablePlanError(`what is stored at ${path} is no plan`, { path });
}

function isPlan({ set, members, unassigned, refused }: Record<keyof Plan, unknown>): boolean {
  return (
    typeof set === "string" &&
    Array.isArray(members) &&
    members.every(isPlanned) &&
    isNames(unassigned) &&
    isNames(refused)
  );
}

function isPlanned(member: unknown): boolean {
  if (typeof member !== "object" || member === null) return false;
  const { identifier, run, weight, partitions } = member as Partial<Record<keyof Planned, unknown>>;
  return isNames([identifier, run]) && Number.isInteger(weight) && (weight as number) > 0 && isNames(partitions);
}

function isNames(value: unknown): boolean {
  return Array.isArray(value) && value.every((name) => typeof name === "string");
}
