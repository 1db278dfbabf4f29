import type { ZooKeeper } from "@zookit/core";
import { Counter } from "@zookit/counter";
import { type SimulatedEnsemble, simulate, type VirtualTime } from "@zookit/testing";
import fc from "fast-check";
import { expect, test } from "vitest";
import { openClient, waitFor } from "./support/clients.js";
import { counterStory } from "./support/counter-story.js";
import { FAULTS } from "./support/faults.js";
import { SCHEDULES, SCHEDULES_LIMIT_MS } from "./support/schedules.js";
import { troubles } from "./support/trouble.js";

test.each(["own", "kazoo", "curator"] as const)(
  "whatever happens to any one request, each addition is applied once, or reported as unknown: %s (H7, H75)",
  async (encoding) => {
    const story = { clients: 2, rounds: 2, together: 2, encoding };
    const requests = await counterStory({ ...story, troubles: [] });
    for (let index = 0; index < requests; index++) {
      for (const fault of FAULTS) {
        await counterStory({ ...story, troubles: [[index, { kind: "fault", ...fault }]] }).catch((cause) => {
          throw new Error(`request ${index}, ${fault.point}, then ${fault.consequence}: ${cause.message}`, { cause });
        });
      }
    }
  },
);

const story = fc.record({
  clients: fc.constantFrom(1, 2, 3),
  rounds: fc.constantFrom(1, 2),
  together: fc.constantFrom(1, 3),
  encoding: fc.constantFrom("own" as const, "own", "kazoo"),
  troubles: troubles(15, 3),
});

test(
  `in ${SCHEDULES.numRuns} random schedules with troubles each addition is applied once, or reported as unknown`,
  async () => {
    await fc.assert(
      fc.asyncProperty(fc.scheduler(), story, async (scheduler, story) => {
        await counterStory(story, { scheduler });
      }),
      SCHEDULES,
    );
  },
  SCHEDULES_LIMIT_MS,
);

test("whoever was last to write adds with one request, and concurrent additions travel together", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const counter = new Counter(zk, "/n");
    await counter.add(1);
    const sent = ensemble.operationCount;
    await counter.add(1);
    expect(ensemble.operationCount - sent).toBe(1);
    const steps = await Promise.all(Array.from({ length: 100 }, () => counter.increment()));
    expect(ensemble.operationCount - sent).toBe(2);
    expect(steps.at(-1)).toEqual({ before: 101, after: 102 });
    expect(await counter.get()).toBe(102);
    await zk.close();
  });
});

test("what is refused, or changes nothing, is decided by what is stored, not by what was remembered", async () => {
  await simulate(async (ensemble) => {
    const [one, other] = [await openClient(ensemble), await openClient(ensemble)];
    const mine = new Counter(one, "/n");
    const theirs = new Counter(other, "/n");
    await mine.add(1);
    await theirs.add(4);
    expect(await mine.compareAndSet(1, 10)).toBe(false);
    expect(await mine.compareAndSet(5, Number.MAX_SAFE_INTEGER)).toBe(true);
    await theirs.compareAndSet(Number.MAX_SAFE_INTEGER, 0);
    expect(await mine.add(2)).toEqual({ before: 0, after: 2 });
    await Promise.all([one.close(), other.close()]);
  });
});

test("changes that travel together and cancel each other out are decided by what is stored, too", async () => {
  await simulate(async (ensemble) => {
    const [one, other] = [await openClient(ensemble), await openClient(ensemble)];
    const mine = new Counter(one, "/n");
    await mine.add(1);
    await new Counter(other, "/n").add(49);
    expect(await Promise.all([mine.compareAndSet(1, 2), mine.compareAndSet(2, 1)])).toEqual([false, false]);
    await new Counter(other, "/n").add(50);
    const there = { before: 100, after: 105 };
    expect(await Promise.all([mine.add(5), mine.add(-5)])).toEqual([there, { before: 105, after: 100 }]);
    await Promise.all([one.close(), other.close()]);
  });
});

test("what would overflow is refused, and changes nothing (H76, H77)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const counter = new Counter(zk, "/n", { initial: Number.MAX_SAFE_INTEGER - 1 });
    const [first, second] = await Promise.allSettled([counter.add(1), counter.add(1)]);
    expect(first).toMatchObject({ status: "fulfilled" });
    expect(second).toMatchObject({ reason: { code: "counter-overflow", outcome: "not-applied" } });
    expect(await counter.get()).toBe(Number.MAX_SAFE_INTEGER);
    await zk.close();
  });
});

test("a time-out says whether the addition can have been applied (H77)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const counter = new Counter(zk, "/n");
    await counter.add(1);
    ensemble.planFaults(({ operation }) =>
      operation === "set" ? { point: "silence", consequence: "reconnect" } : undefined,
    );
    const travelling = counter.add(1, { timeoutMs: 100 });
    const waiting = Promise.resolve()
      .then(() => Promise.resolve())
      .then(() => counter.add(1, { timeoutMs: 50 }));
    await expect(waiting).rejects.toMatchObject({ code: "timeout", outcome: "not-applied" });
    await expect(travelling).rejects.toMatchObject({ code: "timeout", outcome: "unknown" });
    await zk.close();
  });
});

/** Adds 1, which is applied with its answer lost; something else happens before it is asked again what has become of it. */
async function addMeanwhile(
  ensemble: SimulatedEnsemble,
  time: VirtualTime,
  zk: ZooKeeper,
  meanwhile: () => Promise<unknown>,
): Promise<void> {
  const counter = new Counter(zk, "/n");
  await counter.add(1);
  const applied = ensemble.log.length + 1;
  let isOver = false;
  ensemble.planFaults(({ operation, session }) => {
    if (session !== zk.session.id || isOver) return undefined;
    return { point: operation === "set" ? "reply-lost" : "lost", consequence: "reconnect" };
  });
  const adding = counter.add(1);
  adding.catch(() => {});
  await waitFor(time, "it is applied", () => ensemble.log.length >= applied);
  await meanwhile();
  isOver = true;
  await adding;
}

test("an addition whose answer was lost may be applied, whatever the counter was overwritten with since (H75)", async () => {
  await simulate(async (ensemble, time) => {
    const [zk, other] = [await openClient(ensemble), await openClient(ensemble)];
    const adding = addMeanwhile(ensemble, time, zk, () => other.set("/n", "7"));
    await expect(adding).rejects.toMatchObject({ code: "unknown-outcome", outcome: "unknown" });
    await Promise.all([zk.close(), other.close()]);
  });
});

test("an addition whose answer was lost is not made again in a znode that was made anew (H75)", async () => {
  await simulate(async (ensemble, time) => {
    const [zk, other] = [await openClient(ensemble), await openClient(ensemble)];
    const adding = addMeanwhile(ensemble, time, zk, () => other.delete("/n"));
    await expect(adding).rejects.toMatchObject({ code: "unknown-outcome", outcome: "unknown" });
    expect(await new Counter(other, "/n").get()).toBe(0);
    await Promise.all([zk.close(), other.close()]);
  });
});

test("a counter of another encoding is refused, and left as it is", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    await zk.create("/n", "1.5");
    for (const encoding of ["own", "kazoo", "curator"] as const) {
      const counter = new Counter(zk, "/n", { encoding });
      await expect(counter.get()).rejects.toMatchObject({ code: "unreadable-counter" });
      await expect(counter.add(1)).rejects.toMatchObject({ code: "unreadable-counter", outcome: "not-applied" });
    }
    expect((await zk.get("/n")).stat.version).toBe(0);
    await zk.close();
  });
});

test("watchers see the last value", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const counter = new Counter(zk, "/n", { initial: 5 });
    const seen: number[] = [];
    const stop = new AbortController();
    const watching = (async () => {
      for await (const value of counter.watch({ signal: stop.signal })) seen.push(value);
    })().catch(() => {});
    await time.pass(10);
    await counter.add(1);
    await counter.add(1);
    await time.pass(10);
    stop.abort();
    await watching;
    expect(seen[0]).toBe(5);
    expect(seen.at(-1)).toBe(7);
    await zk.close();
  });
});
