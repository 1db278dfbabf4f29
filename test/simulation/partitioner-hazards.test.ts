/** Ways in which partitioners fail, each told as a story. */
import { type Partition, Partitioner } from "@zookit/partitioner";
import { simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { openClient, SESSION_MS, waitFor } from "./support/clients.js";
import { aborted, haveLoads, openWorker, partitionsOf, sharesOf, Worker } from "./support/partitioner-group.js";
import { PATH } from "./support/partitioner-story.js";

const TWO = partitionsOf(2);
const FOUR = partitionsOf(4);

test("a new owner begins when the call of the old one has settled, and not before (H80)", async () => {
  await simulate(async (ensemble, time) => {
    let finish: () => void = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const slow = await openWorker(ensemble, { partitions: TWO, identifier: "slow" }, () => finished);
    await haveLoads(time, [slow], [2]);
    const next = await openWorker(ensemble, { partitions: TWO, identifier: "next" });
    await waitFor(time, "one is to pass on", () => [...slow.calls.values()].some(({ lost }) => lost.aborted));
    const [passing] = [...slow.calls.values()].filter(({ lost }) => lost.aborted) as [Partition];
    await time.pass(10_000);
    expect(next.begun).toEqual([]);
    expect(passing.lost.reason).toMatchObject({ code: "partition-revoked" });
    expect(passing.isHeld()).toBe(true);
    finish();
    await haveLoads(time, [next], [1]);
    expect(passing.isHeld()).toBe(false);
    expect(() => passing.assertHeld()).toThrow(expect.objectContaining({ code: "partition-lost" }));
    expect(next.calls.get(passing.name)?.fencingToken).toBeGreaterThan(passing.fencingToken);
  });
});

test("an owner that no server hears of is not the owner any more before the next one is (H12, H80)", async () => {
  await simulate(async (ensemble, time) => {
    const cutOff = await openWorker(ensemble, { partitions: TWO, identifier: "cut off" }, () => new Promise(() => {}));
    const other = await openWorker(ensemble, { partitions: TWO, identifier: "other" });
    await haveLoads(time, [cutOff, other], [1, 1]);
    const [partition] = [...cutOff.calls.values()] as [Partition];
    ensemble.partition(cutOff.zk.session.id, 60_000);
    const cutAt = time.elapsedMs;
    while (partition.isHeld()) {
      expect(other.calls.size).toBe(1);
      await time.pass(10);
    }
    expect(time.elapsedMs - cutAt).toBeLessThan(SESSION_MS);
    expect(partition.lost.reason).toMatchObject({ code: "partition-lost", cause: { code: "session-lost" } });
    await haveLoads(time, [other], [2]);
    expect(other.calls.get(partition.name)?.fencingToken).toBeGreaterThan(partition.fencingToken);
  });
});

test("a stall past the session is noticed on the first line that runs after it (H14, H15)", async () => {
  await simulate(async (ensemble, time) => {
    const worker = await openWorker(ensemble, { partitions: TWO, identifier: "a" });
    await haveLoads(time, [worker], [2]);
    const [partition] = worker.begun as [Partition];
    time.stall(SESSION_MS + 500);
    expect(partition.isHeld()).toBe(false);
    expect(partition.lost.aborted).toBe(true);
  });
});

test("a lost connection interrupts nothing (H80)", async () => {
  await simulate(async (ensemble, time) => {
    const workers = await Promise.all(
      ["a", "b"].map((identifier) => openWorker(ensemble, { partitions: FOUR, identifier })),
    );
    await haveLoads(time, workers, [2, 2]);
    for (let round = 0; round < 5; round++) {
      for (const { zk } of workers) ensemble.dropConnection(zk.session.id);
      ensemble.changeLeader(200);
      await time.pass(1_000);
    }
    expect(workers.flatMap(({ begun }) => begun)).toHaveLength(4);
    expect(workers.flatMap(({ begun }) => begun).filter(({ lost }) => lost.aborted)).toEqual([]);
  });
});

test("a session that ends ends all its calls, and what it had is taken again in the next one (H21, H22)", async () => {
  await simulate(async (ensemble, time) => {
    const worker = await openWorker(ensemble, { partitions: FOUR, identifier: "a" });
    await haveLoads(time, [worker], [4]);
    ensemble.expireSession(worker.zk.session.id);
    await waitFor(time, "all are called again", () => worker.begun.length === 8 && worker.calls.size === 4);
    for (const { lost } of worker.begun.slice(0, 4)) expect(lost.reason).toMatchObject({ code: "partition-lost" });
    for (const { name, fencingToken } of worker.begun.slice(0, 4)) {
      expect(worker.calls.get(name)?.fencingToken).toBeGreaterThan(fencingToken);
    }
  });
});

test("a guard that somebody else deletes ends its call, and no other, and is taken again (H46)", async () => {
  await simulate(async (ensemble, time) => {
    const worker = await openWorker(ensemble, { partitions: FOUR, identifier: "a" });
    await haveLoads(time, [worker], [4]);
    const operator = await openClient(ensemble);
    await operator.delete(`${PATH}/owners/p1`);
    await waitFor(time, "it is called again", () => worker.begun.length === 5);
    const [lost] = worker.begun.filter(({ name }) => name === "p1") as [Partition];
    expect(lost.lost.reason).toMatchObject({ code: "partition-lost" });
    expect(worker.begun.filter(({ lost }) => lost.aborted)).toEqual([lost]);
  });
});

test("a guard that is made anew by another session while the connection is gone is not taken for the own one (H33, H46)", async () => {
  await simulate(async (ensemble, time) => {
    const worker = await openWorker(ensemble, { partitions: TWO, identifier: "a" });
    await haveLoads(time, [worker], [2]);
    const operator = await openClient(ensemble);
    ensemble.partition(worker.zk.session.id, 500);
    await operator.delete(`${PATH}/owners/p1`);
    await operator.create(`${PATH}/owners/p1`, "mine", { mode: "ephemeral" });
    await waitFor(time, "it is told", () => worker.begun.some(({ name, lost }) => name === "p1" && lost.aborted));
    await time.pass(5_000);
    expect(worker.names).toEqual(["p0"]);
    await operator.close();
    await haveLoads(time, [worker], [2]);
  });
});

test("a deletion of a guard that is repeated, as its answer was lost, does not hit the next owner's (H50, H80)", async () => {
  await simulate(async (ensemble, time) => {
    const first = await openWorker(ensemble, { partitions: ["p0"], identifier: "first" });
    await haveLoads(time, [first], [1]);
    const next = await openWorker(ensemble, { partitions: ["p0"], identifier: "next" });
    await time.pass(500);
    ensemble.planFaults(({ operation, path, session }) => {
      const isMeant = operation === "delete" && path.includes("owners") && session === first.zk.session.id;
      return isMeant ? { point: "reply-lost", consequence: "reconnect" } : undefined;
    });
    first.stop();
    await first.end;
    await haveLoads(time, [next], [1]);
    expect(next.begun).toHaveLength(1);
  });
});

test("two partitioners of one client do not take each other's guards for their own (H80)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const first = new Worker(zk, { partitions: ["p0"], identifier: "first" }, ({ lost }) =>
      aborted(lost).then(() => time.pass(1_000)),
    );
    await haveLoads(time, [first], [1]);
    const next = new Worker(zk, { partitions: ["p0"], identifier: "next" });
    await time.pass(500);
    first.stop();
    await time.pass(900);
    expect(next.begun).toEqual([]);
    await haveLoads(time, [next], [1]);
  });
});

test("a second live member of the same identifier is refused, and disturbs nobody (H81)", async () => {
  await simulate(async (ensemble, time) => {
    const first = await openWorker(ensemble, { partitions: FOUR, identifier: "pid-1" });
    await haveLoads(time, [first], [4]);
    const second = await openWorker(ensemble, { partitions: FOUR, identifier: "pid-1" });
    expect(await second.end).toMatchObject({ code: "duplicate-member" });
    const third = new Worker(first.zk, { partitions: FOUR, identifier: "pid-1" });
    expect(await third.end).toMatchObject({ code: "duplicate-member" });
    await time.pass(2_000);
    expect(first.begun).toHaveLength(4);
    expect(first.calls.size).toBe(4);
  });
});

test.each(["lost", "reply-lost", "late"] as const)(
  "of two members of one identifier and one client that begin at once one is refused, also if a create is %s (H50, H81)",
  async (point) => {
    for (const nth of [0, 1]) {
      await simulate(async (ensemble, time) => {
        const zk = await openClient(ensemble);
        await zk.ensurePath(`${PATH}/members`);
        let creates = 0;
        ensemble.planFaults(({ operation, path }) => {
          const isSeat = operation === "create" && path.startsWith(`${PATH}/members/`);
          return isSeat && creates++ === nth ? { point, consequence: "reconnect" } : undefined;
        });
        const pair = [0, 1].map(() => new Worker(zk, { partitions: FOUR, identifier: "pid-1" }));
        const ended: unknown[] = [];
        for (const { end } of pair) void end.then((error) => ended.push(error));
        await haveLoads(time, pair, [0, 4]);
        await waitFor(time, "one is refused", () => ended.length === 1);
        expect(ended).toMatchObject([{ code: "duplicate-member" }]);
        await time.pass(2 * SESSION_MS);
        expect(ended).toHaveLength(1);
        expect(pair.flatMap(({ begun }) => begun)).toHaveLength(4);
        expect((await zk.children(`${PATH}/members`)).children).toHaveLength(1);
        for (const worker of pair) worker.stop();
        await Promise.all(pair.map(({ end }) => end));
        expect((await zk.children(`${PATH}/members`)).children).toEqual([]);
        await zk.close();
      });
    }
  },
);

test("a member that starts anew after a crash takes its place over, with all its partitions (H20)", async () => {
  await simulate(async (ensemble, time) => {
    const other = await openWorker(ensemble, { partitions: FOUR, identifier: "other" });
    const crashed = await openWorker(ensemble, { partitions: FOUR, identifier: "a" }, () => new Promise(() => {}));
    await haveLoads(time, [other, crashed], [2, 2]);
    ensemble.partition(crashed.zk.session.id, 60_000);
    const again = await openWorker(ensemble, { partitions: FOUR, identifier: "a" });
    await haveLoads(time, [other, again], [2, 2]);
  });
});

test("a steady stream of joiners does not keep the first ones from getting their share (H82)", async () => {
  await simulate(async (ensemble, time) => {
    const settleMs = 1_000;
    const partitions = partitionsOf(20);
    const workers = [await openWorker(ensemble, { partitions, settleMs })];
    const begunAt = time.elapsedMs;
    while (workers[0]?.calls.size === 0) {
      expect(time.elapsedMs - begunAt).toBeLessThan(settleMs + 500);
      await time.pass(100);
      workers.push(await openWorker(ensemble, { partitions, settleMs }));
    }
    await haveLoads(time, workers, sharesOf(20, workers.length));
  });
});

test("a rolling restart of 8 members moves the fewest partitions each time, and interrupts no other (H82)", async () => {
  await simulate(
    async (ensemble, time) => {
      const partitions = partitionsOf(43);
      const open = (index: number) => openWorker(ensemble, { partitions, identifier: `m${index}` });
      const workers = await Promise.all(partitionsOf(8).map((_, index) => open(index)));
      await haveLoads(time, workers, sharesOf(43, 8));
      for (const [index, leaver] of workers.entries()) {
        const others = workers.filter((worker) => worker !== leaver);
        const begun = () => others.reduce((sum, worker) => sum + worker.begun.length, 0);
        const told = () => others.flatMap((worker) => worker.begun).filter(({ lost }) => lost.aborted).length;
        const had = leaver.calls.size;
        const [begunBefore, toldBefore] = [begun(), told()];
        leaver.stop();
        await leaver.end;
        await haveLoads(time, others, sharesOf(43, 7));
        // What it had, and nothing else.
        expect(begun() - begunBefore).toBe(had);
        expect(told() - toldBefore).toBe(0);
        const again = await open(index);
        workers[index] = again;
        await haveLoads(time, workers, sharesOf(43, 8));
        // What it gets, and nothing else.
        expect(again.begun).toHaveLength(5);
        expect(told() - toldBefore).toBe(5);
        expect(begun() - begunBefore).toBe(had);
        await leaver.zk.close();
      }
    },
    { limitMs: 120_000 },
  );
});

test("a member that brings another set is refused with a typed error, and disturbs nobody (H83)", async () => {
  await simulate(async (ensemble, time) => {
    const workers = await Promise.all(
      ["a", "b"].map((identifier) => openWorker(ensemble, { partitions: FOUR, identifier })),
    );
    await haveLoads(time, workers, [2, 2]);
    const stranger = await openWorker(ensemble, { partitions: [...FOUR, "p4"], identifier: "stranger" });
    expect(await stranger.end).toMatchObject({ code: "partition-set-mismatch", path: `${PATH}/plan` });
    expect(stranger.begun).toEqual([]);
    await time.pass(2_000);
    expect(workers.flatMap(({ begun }) => begun)).toHaveLength(4);
    // The order does not matter.
    const third = await openWorker(ensemble, { partitions: [...FOUR].reverse(), identifier: "third" });
    await haveLoads(time, [...workers, third], [1, 1, 2]);
  });
});

test("members of two sets that begin at the same time agree on one; the others are refused (H83)", async () => {
  await simulate(async (ensemble, time) => {
    const sets = [TWO, FOUR, TWO, FOUR];
    const workers = await Promise.all(
      sets.map((partitions, index) => openWorker(ensemble, { partitions, identifier: `m${index}` })),
    );
    const refused = await Promise.race([
      Promise.all([workers[0]?.end, workers[2]?.end]),
      Promise.all([workers[1]?.end, workers[3]?.end]),
    ]);
    for (const error of refused) expect(error).toMatchObject({ code: "partition-set-mismatch" });
    await waitFor(time, "the others divide theirs", () => {
      const sizes = workers.map(({ calls }) => calls.size).sort();
      return String(sizes) === "0,0,1,1" || String(sizes) === "0,0,2,2";
    });
  });
});

test("a whole group that has lost its sessions goes on with the set that it had come to (H83)", async () => {
  await simulate(async (ensemble, time) => {
    const workers = await Promise.all(
      ["a", "b"].map((identifier) => openWorker(ensemble, { partitions: FOUR, identifier })),
    );
    await haveLoads(time, workers, [2, 2]);
    await new Partitioner(await openClient(ensemble), PATH, { partitions: TWO }).setPartitions(partitionsOf(6));
    await haveLoads(time, workers, [3, 3]);
    for (const { zk } of workers) ensemble.expireSession(zk.session.id);
    await haveLoads(time, workers, [3, 3]);
    expect(workers[0]?.partitioner.partitions).toEqual(partitionsOf(6));
  });
});

test("who leaves is dealt with at once, also after the answer to the assigner's latest plan was lost (H7, H82)", async () => {
  await simulate(async (ensemble, time) => {
    const settleMs = 60_000;
    const open = (identifier: string) => openWorker(ensemble, { partitions: FOUR, identifier, settleMs });
    const others = [await open("a"), await open("b")];
    await time.pass(settleMs);
    await haveLoads(time, others, [2, 2]);
    let lost = 0;
    ensemble.planFaults(({ operation, path }) => {
      const isMeant = operation === "set" && path === `${PATH}/plan` && lost++ === 0;
      return isMeant ? { point: "reply-lost", consequence: "reconnect" } : undefined;
    });
    const leaver = await open("c");
    await time.pass(settleMs);
    await haveLoads(time, [...others, leaver], [1, 1, 2]);
    expect(lost).toBeGreaterThan(0);
    await time.pass(1_000);
    leaver.stop();
    await leaver.end;
    await haveLoads(time, others, [2, 2]);
  });
});
