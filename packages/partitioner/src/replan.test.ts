import { describe, expect, it } from "vitest";
import { type Plan, partitionsOf } from "./plan.js";
import { revise, withSet } from "./replan.js";
import type { Seated } from "./seated.js";
import { setOf } from "./set.js";

const OLD = setOf(["a", "b", "c", "d"]);
const NEW = setOf(["a", "b", "c", "e", "f", "g"]);

function seated(identifier: string, set: string | undefined = OLD.digest, run = `run of ${identifier}`): Seated {
  return { identifier, run, weight: 1, set };
}

function planOf(...members: readonly Seated[]): Plan {
  const revision = revise(undefined, members, OLD);
  if (revision === undefined) throw new Error("there is nobody to plan for");
  return revision.plan;
}

const ONE = seated("one");
const TWO = seated("two");

describe("revise", () => {
  it("plans for those who are there, and then has nothing to change", () => {
    const plan = planOf(ONE, TWO);
    expect(plan.members.map(({ partitions }) => partitions)).toEqual([
      ["a", "b"],
      ["c", "d"],
    ]);
    expect(revise(plan, [TWO, ONE], NEW)).toBeUndefined();
  });

  it("plans for nobody where nobody is", () => {
    expect(revise(undefined, [], OLD)).toBeUndefined();
    expect(revise(planOf(ONE), [], OLD)).toBeUndefined();
  });

  it("lets those wait who join, and deals at once with those who leave (H82)", () => {
    expect(revise(undefined, [ONE], OLD)?.isUrgent).toBe(false);
    expect(revise(planOf(ONE), [ONE, TWO], OLD)?.isUrgent).toBe(false);
    expect(revise(planOf(ONE, TWO), [ONE], OLD)?.isUrgent).toBe(true);
  });

  it("lets those wait too who come when all others have gone: more of them may be coming", () => {
    expect(revise(planOf(ONE, TWO), [seated("three")], OLD)?.isUrgent).toBe(false);
  });

  it("leaves a member that has started anew what its predecessor had, and says so at once", () => {
    const again = seated("two", OLD.digest, "another run");
    const revision = revise(planOf(ONE, TWO), [ONE, again], OLD);
    expect(revision?.isUrgent).toBe(true);
    expect(revision?.plan.members[1]).toMatchObject({ run: "another run", partitions: ["c", "d"] });
  });

  it("refuses at once who brings another set, and moves nothing for it (H83)", () => {
    const stranger = seated("stranger", NEW.digest);
    const plan = planOf(ONE, TWO);
    const revision = revise(plan, [ONE, TWO, stranger], OLD);
    expect(revision).toEqual({ plan: { ...plan, refused: [stranger.run] }, isUrgent: true });
    expect(revise(revision?.plan, [ONE, TWO, stranger], OLD)).toBeUndefined();
    // Also if the stranger has become the assigner.
    expect(revise(plan, [ONE, TWO, stranger], NEW)).toEqual(revision);
  });

  it("takes the assigner's set where nobody stands for the stored one any more (H83)", () => {
    const stranger = seated("stranger", NEW.digest);
    const { plan } = revise(planOf(ONE), [stranger, seated("late")], NEW) ?? {};
    expect(plan).toMatchObject({ set: NEW.digest, refused: [seated("late").run] });
    expect(plan?.members.map(({ identifier }) => identifier)).toEqual(["stranger"]);
  });

  it("keeps the stored set for a member that was accepted before, in an earlier session (H83)", () => {
    const veteran: Seated = { identifier: "one", run: "run of one", weight: 1 };
    const plan = { ...planOf(ONE), members: [] };
    const revision = revise(plan, [veteran, seated("stranger", NEW.digest)], NEW);
    expect(revision?.plan).toMatchObject({ set: OLD.digest, refused: ["run of stranger"] });
  });

  it("takes a weight that has changed into account", () => {
    const heavy = { ...TWO, weight: 3 };
    const revision = revise(planOf(ONE, TWO), [ONE, heavy], OLD);
    expect(revision?.plan.members.map(({ partitions }) => partitions.length)).toEqual([1, 3]);
  });
});

describe("withSet", () => {
  it("moves only what the new set makes necessary", () => {
    const plan = withSet(planOf(ONE, TWO), NEW);
    expect(plan?.members.map(({ partitions }) => partitions)).toEqual([
      ["a", "b", "e"],
      ["c", "f", "g"],
    ]);
    expect(plan?.set).toBe(NEW.digest);
    expect(revise(plan, [ONE, TWO], OLD)).toBeUndefined();
  });

  it("leaves a plan of that set alone", () => {
    expect(withSet(planOf(ONE), OLD)).toBeUndefined();
  });

  it("names partitions that nobody is to own while there are no members", () => {
    const plan = withSet(undefined, OLD);
    expect(plan).toMatchObject({ members: [], unassigned: ["a", "b", "c", "d"] });
    expect(plan && partitionsOf(plan)).toEqual(OLD.names);
  });
});
