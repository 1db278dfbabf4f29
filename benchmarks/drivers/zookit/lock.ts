import { setTimeout as pause } from "node:timers/promises";
import { Lock } from "@zookit/lock";
import { repeat, repeatAll } from "../node/repeat.js";
import { connectAll, pathsBelow, type ZookitWork } from "./work.js";

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
  const clients = await connectAll(connect, params.clients);
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

/** The first process with all its tasks, every other one with a single task; when each has asked and got it, and the token. */
export const lockFair: ZookitWork = async ({ connect, path, params }) => {
  const lock = new Lock(await connect(), path);
  const tasks = params.index === 0 ? params.tasks : 1;
  return async (budgetMs) => {
    const [askedNs, acquiredNs, tokens]: [number[], number[], number[]] = [[], [], []];
    const once = async (): Promise<void> => {
      const asked = Number(process.hrtime.bigint());
      const handle = await lock.acquire();
      acquiredNs.push(Number(process.hrtime.bigint()));
      askedNs.push(asked);
      tokens.push(Number(handle.fencingToken));
      await handle.release();
    };
    return { ...(await repeat(budgetMs, once, tasks)), askedNs, acquiredNs, tokens };
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
