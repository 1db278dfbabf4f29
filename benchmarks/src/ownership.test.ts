import { describe, expect, it } from "vitest";
import { type Change, partitionSample, type Step } from "./ownership.js";

const MS = 1e6;
const take = (atMs: number, partition: string, member: string): Change => [atMs * MS, partition, member, true];
const give = (atMs: number, partition: string, member: string): Change => [atMs * MS, partition, member, false];

const start: Step = {
  name: "start",
  beganNs: 0,
  changes: [take(10, "p", "a"), take(10, "q", "a"), take(20, "r", "b"), take(30, "s", "b")],
};
const join: Step = {
  name: "join",
  member: "c",
  beganNs: 100 * MS,
  changes: [give(110, "s", "b"), take(114, "s", "c")],
};
const leave: Step = {
  name: "leave",
  member: "a",
  beganNs: 200 * MS,
  changes: [give(201, "p", "a"), give(201, "q", "a"), take(203, "p", "b"), take(207, "q", "c")],
};

describe("what passes while members of a partitioner come and go", () => {
  it("is told by when the last partition changed hands, how many did, and how long they were unowned", () => {
    expect(partitionSample([start, join, leave])).toEqual({
      startMs: 30,
      joinMs: 14,
      leaveMs: 7,
      movedOnJoin: 1,
      movedOnLeave: 2,
      movedInVain: 0,
      interrupted: 3,
      unownedMs: (4 / 4 + 8 / 4) / 2,
    });
  });

  it("counts a partition that its owner gave up and got back as given up, not as moved", () => {
    const restless = { ...join, changes: [give(105, "p", "a"), take(106, "p", "a"), ...join.changes] };
    expect(partitionSample([start, restless, leave])).toMatchObject({ movedOnJoin: 1, movedInVain: 0, interrupted: 4 });
  });

  it("finds what has moved without need", () => {
    const exchanged = [give(120, "p", "a"), give(120, "r", "b"), take(121, "p", "b"), take(121, "r", "a")];
    const wasteful = { ...join, changes: [...join.changes, ...exchanged] };
    const without = [give(201, "q", "a"), give(201, "r", "a"), take(203, "q", "b"), take(207, "r", "c")];
    expect(partitionSample([start, wasteful, { ...leave, changes: without }])).toMatchObject({
      movedOnJoin: 3,
      movedOnLeave: 2,
      movedInVain: 2,
    });
  });

  it("is nothing where no partitions were divided", () => {
    expect(partitionSample([])).toEqual({});
  });
});
