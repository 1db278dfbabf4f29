import { setTimeout as pause } from "node:timers/promises";
import { Lock } from "@zookit/lock";
import { repeat, repeatAll } from "../node/repeat.js";
import { pathsBelow, type ZookitWork } from "./work.js";

const cycle = async (lock: Lock): Promise<void> => (await lock.acquire()).release();

export const lockCycle: ZookitWork = async ({ connect, path }) => {
  const lock = new Lock(await connect(), path);
  return (budgetMs) => repeat(budgetMs, () => cycle(lock));
};

export const lockTasks: ZookitWork = async ({ connect, path, params }) => {
  const lock = new Lock(await connect(), path);
  return (budgetMs) => repeat(budgetMs, () => cycle(lock), params.tasks);
};

export const lockMany: ZookitWork = async ({ connect, path, params }) => {
  const zk = await connect();
  const locks = pathsBelow(path, params.locks).map((each) => new Lock(zk, each));
  return (budgetMs) => repeatAll(budgetMs, locks, cycle);
};

/** Each client queues once, and passes the lock on as soon as it has it. */
export const handOver: ZookitWork = async ({ connect, path, params }) => {
  const clients = await Promise.all(Array.from({ length: params.clients }, () => connect()));
  const locks = clients.map((zk) => new Lock(zk, path));
  return async () => {
    const [acquiredNs, releasedNs]: [number[], number[]] = [[], []];
    const passOn = async (lock: Lock): Promise<void> => {
      const handle = await lock.acquire();
      acquiredNs.push(Number(process.hrtime.bigint()));
      releasedNs.push(Number(process.hrtime.bigint()));
      await handle.release();
    };
    await Promise.all(locks.map(passOn));
    return { operations: locks.length, acquiredNs, releasedNs };
  };
};

export const idle: ZookitWork = async ({ connect, path, params }) => {
  const zk = await connect();
  await Promise.all(pathsBelow(path, params.locks).map((each) => new Lock(zk, each).acquire()));
  return async (budgetMs) => {
    await pause(budgetMs);
    return { operations: 1 };
  };
};
