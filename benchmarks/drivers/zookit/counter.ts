import { Counter } from "@zookit/counter";
import { repeat } from "../node/repeat.js";
import type { ZookitWork } from "./work.js";

export const counter: ZookitWork = async ({ connect, path, params }) => {
  const shared = new Counter(await connect(), `${path}/counter`);
  return (budgetMs) => repeat(budgetMs, () => shared.increment(), params.tasks);
};
