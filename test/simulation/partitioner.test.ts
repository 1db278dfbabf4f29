import { ConnectionLossError } from "@zookit/core";
import { Partitioner } from "@zookit/partitioner";
import { simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { childrenOf, openClient, waitFor } from "./support/clients.js";
import { aborted, haveLoads, openWorker, partitionsOf, sharesOf, type Worker } from "./support/partitioner-group.js";
import { PATH } from "./support/partitioner-story.js";

const FOUR = partitionsOf(4);

test("members get shares by their weights", async () => {
  await simulate(async (ensemble, time) => {
    const partitions = partitionsOf(12);
    const workers = await Promise.all([1, 2, 3].map((weight) => openWorker(ensemble, { partitions, weight })));
    await waitFor(time, "all have their shares", () => String(workers.map(({ calls }) => calls.size)) === "2,4,6");
  });
});

test("a set of no partitions keeps nobody busy, and nobody from running", async () => {
  await simulate(async (ensemble, time) => {
    const worker = await openWorker(ensemble, { partitions: [], identifier: "a" });
    await time.pass(2_000);
    expect(worker.begun).toEqual([]);
    await worker.partitioner.setPartitions(new Set(["p0"]));
    await haveLoads(time, [worker], [1]);
    worker.stop();
    await worker.end;
  });
});

test("names may be any text: each is called by its own name, and guarded apart (H84)", async () => {
  await simulate(async (ensemble, time) => {
    const partitions = [
      ".",
      "..",
      "a/b",
      "a%2Fb",
      "größe",
      "\u{1f512}",
      "\0",
      "x".repeat(3_000),
      `${"x".repeat(3_000)}y`,
    ];
    const worker = await openWorker(ensemble, { partitions });
    await haveLoads(time, [worker], [partitions.length]);
    expect(worker.names).toEqual([...partitions].sort());
    expect(childrenOf(ensemble, `${PATH}/owners`)).toHaveLength(partitions.length);
  });
});

test("changing the set under a deadline tells that it may be changed, if the answer does not come in time (H7)", async () => {
  await simulate(async (ensemble, time) => {
    const worker = await openWorker(ensemble, { partitions: FOUR });
    await haveLoads(time, [worker], [4]);
    ensemble.planFaults(({ operation }) =>
      operation === "set" ? { point: "silence", consequence: "reconnect" } : undefined,
    );
    const changing = worker.partitioner.setPartitions(partitionsOf(6), { timeoutMs: 100 });
    await expect(changing).rejects.toMatchObject({ code: "timeout", outcome: "unknown" });
    worker.stop();
    await worker.end;
  });
});

test("the set changes at run time: what is in both sets is not interrupted, unless balance needs it", async () => {
  await simulate(async (ensemble, time) => {
    const workers = await Promise.all(
      ["a", "b"].map((identifier) => openWorker(ensemble, { partitions: FOUR, identifier })),
    );
    await haveLoads(time, workers, [2, 2]);
    await workers[0]?.partitioner.setPartitions(["p0", "p1", "p2", "p3", "p4", "p5"]);
    await haveLoads(time, workers, [3, 3]);
    const all = () => workers.flatMap(({ begun }) => begun);
    expect(
      all()
        .map(({ name }) => name)
        .sort(),
    ).toEqual(partitionsOf(6));
    await workers[1]?.partitioner.setPartitions(["p1", "p2", "p4", "p5"]);
    await waitFor(time, "two have ended", () => all().filter(({ lost }) => lost.aborted).length >= 2);
    await haveLoads(time, workers, [2, 2]);
    const told = all().filter(({ lost }) => lost.aborted);
    expect(told.map(({ name }) => name)).toEqual(expect.arrayContaining(["p0", "p3"]));
    for (const { partitioner } of workers) expect(partitioner.partitions).toEqual(["p1", "p2", "p4", "p5"]);
    const next = await openWorker(ensemble, { partitions: ["p5", "p4", "p2", "p1"], identifier: "c" });
    await haveLoads(time, [...workers, next], [1, 1, 2]);
  });
});

test("a set that was changed while nobody ran is what this partitioner brings", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const partitioner = new Partitioner(zk, PATH, { partitions: FOUR, settleMs: 50 });
    await partitioner.setPartitions(["x"]);
    expect(partitioner.partitions).toEqual(["x"]);
    const names: string[] = [];
    const stop = new AbortController();
    const run = partitioner.run(
      async ({ name, lost }) => {
        names.push(name);
        await aborted(lost);
      },
      { signal: stop.signal },
    );
    await waitFor(time, "it is called", () => names.length > 0);
    expect(names).toEqual(["x"]);
    stop.abort("enough");
    await expect(run).rejects.toBe("enough");
  });
});

test("a run that is aborted hands over each partition as soon as its call has settled, then rejects with the reason", async () => {
  await simulate(async (ensemble, time) => {
    const reason = new Error("shutting down");
    let finishLast: () => void = () => {};
    const last = new Promise<void>((resolve) => {
      finishLast = resolve;
    });
    const leaver = await openWorker(ensemble, { partitions: FOUR, identifier: "leaver" }, ({ name, lost }) =>
      name === "p0" ? last : aborted(lost),
    );
    await haveLoads(time, [leaver], [4]);
    const next = await openWorker(ensemble, { partitions: FOUR, identifier: "next" });
    leaver.stop(reason);
    await haveLoads(time, [next], [3]);
    expect(leaver.names).toEqual(["p0"]);
    for (const { lost } of leaver.begun) {
      expect(lost.reason).toMatchObject({ code: "partition-revoked", cause: reason });
    }
    finishLast();
    expect(await leaver.end).toBe(reason);
    await haveLoads(time, [next], [4]);
    expect(childrenOf(ensemble, `${PATH}/members`)).toHaveLength(1);
  });
});

test("a run whose signal has aborted, or aborts while it joins, leaves nothing behind", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const partitioner = new Partitioner(zk, PATH, { partitions: FOUR });
    const fn = async () => {};
    await expect(partitioner.run(fn, { signal: AbortSignal.abort("no") })).rejects.toBe("no");
    expect(await zk.exists(PATH)).toBeUndefined();
    for (let ms = 0; ms < 30; ms++) {
      const stop = new AbortController();
      const run = partitioner.run(fn, { signal: stop.signal }).catch((error) => error);
      await time.pass(ms);
      stop.abort("enough");
      expect(await run).toBe("enough");
      for (const name of ["members", "owners", "assigner"]) {
        expect(childrenOf(ensemble, `${PATH}/${name}`), `after ${ms} ms`).toEqual([]);
      }
    }
  });
});

test("a call that throws while its partition is held ends the run with that error, when the others have settled", async () => {
  await simulate(async (ensemble, time) => {
    const failure = new Error("the job is broken");
    let fail: () => void = () => {};
    const failing = new Promise<void>((_, reject) => {
      fail = () => reject(failure);
    });
    const order: string[] = [];
    const worker = await openWorker(ensemble, { partitions: FOUR, identifier: "a" }, async ({ name, lost }) => {
      if (name === "p1") return await failing;
      await aborted(lost);
      await time.pass(500);
      order.push(name);
      throw new Error("told to end");
    });
    const other = await openWorker(ensemble, { partitions: FOUR, identifier: "b" });
    await haveLoads(time, [worker, other], [2, 2]);
    fail();
    expect(await worker.end).toBe(failure);
    expect(order).toHaveLength(1);
    await haveLoads(time, [other], [4]);
  });
});

test("an error of the client that a call throws while its partition is held is the call's, and ends the run", async () => {
  await simulate(async (ensemble) => {
    const failure = new ConnectionLossError("of another client, say");
    const worker = await openWorker(ensemble, { partitions: FOUR }, () => Promise.reject(failure));
    expect(await worker.end).toBe(failure);
    expect(worker.begun.length).toBeLessThanOrEqual(4);
  });
});

test("who leaves is dealt with at once, however long it takes until joins have settled", async () => {
  await simulate(async (ensemble, time) => {
    const settleMs = 10_000;
    const workers = await Promise.all(
      ["a", "b"].map((identifier) => openWorker(ensemble, { partitions: FOUR, identifier, settleMs })),
    );
    await haveLoads(time, workers, [2, 2]);
    const [leaver, other] = workers as [Worker, Worker];
    const leftAt = time.elapsedMs;
    leaver.stop();
    await haveLoads(time, [other], [4]);
    expect(time.elapsedMs - leftAt).toBeLessThan(200);
  });
});

test("a call that returns keeps its partition from the others, and is not made again before that has moved", async () => {
  await simulate(async (ensemble, time) => {
    const done = await openWorker(ensemble, { partitions: FOUR, identifier: "done" }, async () => {});
    await waitFor(time, "all were called", () => done.begun.length === 4);
    const other = await openWorker(ensemble, { partitions: FOUR, identifier: "other" });
    await haveLoads(time, [other], [2]);
    await time.pass(5_000);
    expect(done.begun).toHaveLength(4);
    expect(other.begun).toHaveLength(2);
    expect(done.begun.map((partition) => partition.isHeld()).sort()).toEqual([false, false, true, true]);
    other.stop();
    await waitFor(time, "what comes back is called again", () => done.begun.length === 6);
  });
});

test("who is to own what can be watched, by anybody", async () => {
  await simulate(async (ensemble, time) => {
    const watcher = new Partitioner(await openClient(ensemble), PATH, { partitions: FOUR });
    const seen: string[] = [];
    const stop = new AbortController();
    const watching = (async () => {
      for await (const { owners, members, unassigned } of watcher.watch({ signal: stop.signal })) {
        seen.push(`${[...owners].map(String).sort().join(" ")} by ${members.length}, ${unassigned.length} left`);
      }
    })().catch((error) => error);
    const one = await openWorker(ensemble, { partitions: FOUR, identifier: "a", weight: 3 });
    await haveLoads(time, [one], [4]);
    await openWorker(ensemble, { partitions: FOUR, identifier: "b" });
    await waitFor(time, "both are seen", () => seen.at(-1)?.includes("by 2") === true);
    expect(seen[0]).toBe(" by 0, 0 left");
    expect(seen.slice(-2)).toEqual(["p0,a p1,a p2,a p3,a by 1, 0 left", "p0,a p1,a p2,a p3,b by 2, 0 left"]);
    stop.abort("enough");
    expect(await watching).toBe("enough");
  });
});

test("what is no plan in the plan's place is refused with a typed error, by all who read it", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    await zk.create(`${PATH}/plan`, "something else", { parents: true });
    const worker = await openWorker(ensemble, { partitions: FOUR });
    expect(await worker.end).toMatchObject({ code: "unreadable-plan" });
    await expect(worker.partitioner.setPartitions(["x"])).rejects.toMatchObject({ code: "unreadable-plan" });
    const assignments = worker.partitioner.watch()[Symbol.asyncIterator]();
    await expect(assignments.next()).rejects.toMatchObject({ code: "unreadable-plan" });
    expect((await zk.get(`${PATH}/plan`)).data.toString()).toBe("something else");
  });
});

test("more guards than a session may have end the run with a typed error, and none is left (H31)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const path = `/${"x".repeat(2_000)}`;
    const partitioner = new Partitioner(zk, path, { partitions: partitionsOf(1_000), settleMs: 0 });
    const run = partitioner.run(({ lost }) => aborted(lost));
    await expect(run).rejects.toMatchObject({ code: "too-many-ephemerals" });
    expect(childrenOf(ensemble, `${path}/owners`)).toEqual([]);
  });
});

test("everything that is deleted by somebody else is made again", async () => {
  await simulate(async (ensemble, time) => {
    const workers = await Promise.all(
      ["a", "b"].map((identifier) => openWorker(ensemble, { partitions: FOUR, identifier })),
    );
    await haveLoads(time, workers, [2, 2]);
    const operator = await openClient(ensemble);
    for (const name of ["plan", "members", "assigner", "owners"]) {
      const below = childrenOf(ensemble, `${PATH}/${name}`).map((child) => `${PATH}/${name}/${child}`);
      await Promise.all(below.map((path) => operator.delete(path)));
    }
    await operator.delete(`${PATH}/plan`);
    const isTold = ({ begun }: Worker) => begun.slice(0, 2).every(({ lost }) => lost.aborted);
    await waitFor(time, "all were told", () => workers.every(isTold));
    await haveLoads(time, workers, [2, 2]);
    for (const name of ["members", "assigner"]) expect(childrenOf(ensemble, `${PATH}/${name}`)).toHaveLength(2);
  });
});

test("the end of the client ends the run with ClosedError, when the calls have settled", async () => {
  await simulate(async (ensemble, time) => {
    const worker = await openWorker(ensemble, { partitions: FOUR }, ({ lost }) =>
      aborted(lost).then(() => time.pass(300)),
    );
    await haveLoads(time, [worker], [4]);
    const closedAt = time.elapsedMs;
    await worker.zk.close();
    expect(await worker.end).toMatchObject({ code: "closed" });
    expect(time.elapsedMs - closedAt).toBeGreaterThanOrEqual(300);
    expect(worker.calls.size).toBe(0);
  });
});

test("a partition that moves costs its old owner two requests and the new one two, or four; a member that joins costs all others one read each", async () => {
  await simulate(async (ensemble, time) => {
    const partitions = partitionsOf(30);
    const workers: Worker[] = [];
    for (let index = 0; index < 9; index++) workers.push(await openWorker(ensemble, { partitions }));
    await haveLoads(time, workers, sharesOf(30, 9));
    await time.pass(1_000);
    const requests = new Map<string, string[]>();
    ensemble.planFaults(({ operation, session, path }) => {
      const of = requests.get(session) ?? [];
      if (operation !== "sync") of.push(`${operation} ${path.split("/")[2]}`);
      requests.set(session, of);
      return undefined;
    });
    const joiner = await openWorker(ensemble, { partitions });
    await haveLoads(time, [...workers, joiner], sharesOf(30, 10));
    await time.pass(1_000);
    const of = (worker: Worker) => requests.get(worker.zk.session.id)?.toSorted() ?? [];
    const all = workers.map(of);
    const assigners = all.filter((list) => list.includes("set plan"));
    expect(assigners.map((list) => list.filter((request) => request.endsWith("members")))).toEqual([
      ["children members", "get members"],
    ]);
    const giving = ["delete owners", "get owners", "get plan"];
    const others = all.filter((list) => !list.includes("set plan"));
    for (const list of others) expect([["get plan"], giving]).toContainEqual(list);
    expect(others.filter((list) => list.length === 3).length).toBeGreaterThanOrEqual(2);
    // Once more where the old owner was not quick enough.
    const taking = of(joiner).filter((request) => request.endsWith("owners"));
    expect([3, 4, 5, 6]).toContain(taking.filter((request) => request === "create owners").length);
    expect(taking.filter((request) => request === "get owners")).toHaveLength(taking.length / 2);
  });
});

test("a member that changes the set before it was accepted goes along with it, alone as well as among others", async () => {
  const [two, four] = [partitionsOf(2), partitionsOf(4)];
  for (const others of [0, 1]) {
    await simulate(async (ensemble, time) => {
      const open = (identifier: string) => openWorker(ensemble, { partitions: two, identifier, settleMs: 500 });
      const workers = others === 0 ? [] : [await open("other")];
      await haveLoads(time, workers, others === 0 ? [] : [2]);
      const worker = await open("a");
      await time.pass(100);
      await worker.partitioner.setPartitions(four);
      await haveLoads(time, [...workers, worker], sharesOf(4, others + 1));
    });
  }
});
