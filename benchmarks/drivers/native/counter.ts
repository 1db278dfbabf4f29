import { repeat } from "../node/repeat.js";
import { createNode, type NativeWork, set } from "./client.js";

/** As long as what zookit stores of a counter with one writer. */
const DATA = Buffer.alloc(70);

export const counter: NativeWork = async ({ connect, path }) => {
  const handle = await connect();
  const node = await createNode(handle, `${path}/counter`);
  let version = 0;
  return (budgetMs) =>
    repeat(budgetMs, async () => {
      version = await set(handle, node, DATA, version);
    });
};
