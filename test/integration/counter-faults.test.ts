import { connect, type ZooKeeper } from "@zookit/core";
import { Counter } from "@zookit/counter";
import { describe, expect, it } from "vitest";
import { startFaultProxy } from "../harness/fault-proxy.js";
import { type Ensemble, sharedHosts, uniqueRoot } from "../harness/index.js";
import { killLeader, restartOneByOne } from "./support/outages.js";
import { LONG_SESSION_MS, onThreeServers } from "./support/three-servers.js";

/** Longer than an outage, and shorter than a test may last: an increment that hangs is told from servers that do. */
const IN_TIME = { timeoutMs: 30_000 };
/** 20 tasks of 4 processes, each of which counts so often. */
const [CLIENTS, TASKS, TIMES] = [4, 5, 50];

/** Increments by all tasks of the clients, one after the other each. What they were told came after. */
async function incrementAll(clients: readonly ZooKeeper[], path: string, times: number): Promise<readonly number[]> {
  const tasks = clients.flatMap((zk) => {
    const counter = new Counter(zk, path);
    return Array.from({ length: TASKS }, async () => {
      const told: number[] = [];
      while (told.length < times) told.push((await counter.increment(IN_TIME)).after);
      return told;
    });
  });
  return (await Promise.all(tasks)).flat();
}

/** Each change was acknowledged, as the only one of its kind, and the value is their number. */
async function expectExactlyOnce(zk: ZooKeeper, path: string, told: readonly number[], total: number): Promise<void> {
  expect(told).toHaveLength(total);
  expect(told.toSorted((a, b) => a - b)).toEqual(Array.from({ length: total }, (_, index) => index + 1));
  await zk.sync(path);
  expect(await new Counter(zk, path).get()).toBe(total);
}

describe("a counter whose requests and replies are lost", () => {
  it("counts each of 20 tasks × 50 increments exactly once (H7, H75)", async () => {
    const path = uniqueRoot();
    const proxy = await startFaultProxy();
    await using observer = await connect(sharedHosts());
    const clients = await Promise.all(
      Array.from({ length: CLIENTS }, () => connect(proxy.hosts, { sessionTimeoutMs: 10_000 })),
    );
    let isOver = false;
    let faults = 0;
    try {
      const trouble = async () => {
        for (; !isOver; faults++) {
          const at = faults % 3 === 0 ? "request" : "reply";
          const action = faults % 2 === 0 ? "lose" : "reset";
          await (await proxy.inject({ at, operation: "setData", nth: 5, action })).happened;
        }
      };
      // The last one of them is cancelled with the proxy.
      const troubling = trouble().catch(() => {});
      const told = await incrementAll(clients, path, TIMES);
      isOver = true;
      await expectExactlyOnce(observer, path, told, CLIENTS * TASKS * TIMES);
      expect(faults).toBeGreaterThan(10);
      await Promise.all(clients.map((zk) => zk.close()));
      await proxy.stop();
      await troubling;
    } finally {
      isOver = true;
      await Promise.all(clients.map((zk) => zk.close()));
      await proxy.stop();
      await observer.delete(path);
    }
  });
});

describe("a counter on an ensemble of three servers", () => {
  let ensemble: Ensemble;
  let path: string;

  onThreeServers((servers, root) => {
    ensemble = servers;
    path = root;
  });

  /** Tasks go on counting while the servers go down and come up. */
  async function survives(outage: () => Promise<void>): Promise<void> {
    const options = { sessionTimeoutMs: LONG_SESSION_MS };
    const clients = await Promise.all(Array.from({ length: CLIENTS }, () => connect(ensemble.hosts, options)));
    try {
      const told = [...(await incrementAll(clients, path, 1))];
      let isOver = false;
      const counting = clients.map(async (zk) => {
        const counter = new Counter(zk, path);
        while (!isOver) told.push((await counter.increment(IN_TIME)).after);
      });
      await outage();
      isOver = true;
      await Promise.all(counting);
      const [zk] = clients as [ZooKeeper];
      await expectExactlyOnce(zk, path, told, told.length);
    } finally {
      await Promise.all(clients.map((zk) => zk.close()));
    }
  }

  it("counts each increment exactly once through the death of the leader (H7, H24)", async () => {
    await survives(() => killLeader(ensemble));
  });

  it("counts each increment exactly once through a restart of the whole ensemble, one server at a time (H7)", async () => {
    await survives(() => restartOneByOne(ensemble));
  });
});
