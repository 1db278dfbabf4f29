import { Semaphore } from "@zookit/lock";
import { repeat } from "../node/repeat.js";
import type { ZookitWork } from "./work.js";

export const semaphore: ZookitWork = async ({ connect, path, params }) => {
  const shared = new Semaphore(await connect(), `${path}/semaphore`, params.limit);
  return (budgetMs) => repeat(budgetMs, async () => (await shared.acquire()).release(), params.tasks);
};
