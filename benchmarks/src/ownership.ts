import type { Sample } from "./metrics.js";

/** A partition begins or ceases to be a member's, at a moment in nanoseconds. In the order in which it happened. */
export type Change = readonly [atNs: number, partition: string, member: string, isOwned: boolean];

/** All members start, one more joins, or one leaves; until every partition is owned and all have their shares. */
export interface Step {
  readonly name: "start" | "join" | "leave";
  /** Who joins or leaves. */
  readonly member?: string;
  readonly beganNs: number;
  readonly changes: readonly Change[];
}

interface StepFigures {
  /** Until the last change. */
  readonly ms: number;
  /** Partitions that have another owner than before. */
  readonly moved: number;
  /** Those of them that need not have moved for everybody to have the share that is due. */
  readonly movedInVain: number;
  /** Partitions that their owner has given up, whoever has them now. */
  readonly interrupted: number;
  /** How long a partition had no owner, on average over all of them. */
  readonly unownedMs: number;
}

type Owners = ReadonlyMap<string, string>;

const NS_PER_MS = 1e6;

/** What has passed while members came and went, for the report; nothing where there were no steps. */
export function partitionSample(steps: readonly Step[]): Sample {
  if (steps.length === 0) return {};
  const { start, join, leave } = replay(steps);
  return {
    startMs: start.ms,
    joinMs: join.ms,
    leaveMs: leave.ms,
    movedOnJoin: join.moved,
    movedOnLeave: leave.moved,
    movedInVain: join.movedInVain + leave.movedInVain,
    interrupted: join.interrupted + leave.interrupted,
    unownedMs: (join.unownedMs + leave.unownedMs) / 2,
  };
}

/** The figures of the steps, each of which begins with the owners that the one before has left. */
function replay(steps: readonly Step[]): Readonly<Record<Step["name"], StepFigures>> {
  let owners: Owners = new Map();
  const found: Partial<Record<Step["name"], StepFigures>> = {};
  for (const step of steps) {
    const after = ownersAfter(owners, step);
    found[step.name] = figuresOf(step, owners, after);
    owners = after;
  }
  const { start, join, leave } = found;
  if (start === undefined || join === undefined || leave === undefined) throw new Error("a step is missing");
  return { start, join, leave };
}

function ownersAfter(before: Owners, { changes }: Step): Owners {
  const after = new Map(before);
  for (const [, partition, member, isOwned] of changes) {
    if (isOwned) after.set(partition, member);
    else if (after.get(partition) === member) after.delete(partition);
  }
  return after;
}

function figuresOf(step: Step, before: Owners, after: Owners): StepFigures {
  const { beganNs, changes } = step;
  const moved = [...after].filter(([partition, owner]) => before.has(partition) && before.get(partition) !== owner);
  const endNs = Math.max(beganNs, ...changes.map(([atNs]) => atNs));
  return {
    ms: (endNs - beganNs) / NS_PER_MS,
    moved: moved.length,
    movedInVain: moved.length - fewestMoves(step, before, after),
    interrupted: new Set(changes.filter(([, , , isOwned]) => !isOwned).map(([, partition]) => partition)).size,
    unownedMs: unownedNs(step, before, after) / after.size / NS_PER_MS,
  };
}

/** Who joins gets the smallest fair share; what the leaving one had goes to others. Nothing else need move. */
function fewestMoves({ name, member }: Step, before: Owners, after: Owners): number {
  if (name === "start") return 0;
  if (name === "leave") return [...before.values()].filter((owner) => owner === member).length;
  return Math.floor(after.size / new Set(after.values()).size);
}

function unownedNs({ beganNs, changes }: Step, before: Owners, after: Owners): number {
  const since = new Map([...after.keys()].filter((partition) => !before.has(partition)).map((each) => [each, beganNs]));
  let total = 0;
  for (const [atNs, partition, , isOwned] of changes) {
    if (isOwned) total += atNs - (since.get(partition) ?? atNs);
    else since.set(partition, atNs);
  }
  return total;
}
