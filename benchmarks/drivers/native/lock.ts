import type { NativeHandle } from "../../../packages/core/src/native/binding.js";
import { repeat, repeatAll } from "../node/repeat.js";
import { createContender, createNode, type NativeWork, remove } from "./client.js";

const cycle = async (handle: NativeHandle, path: string): Promise<void> =>
  remove(handle, await createContender(handle, path));

export const lockCycle: NativeWork = async ({ connect, path }) => {
  const handle = await connect();
  return (budgetMs) => repeat(budgetMs, () => cycle(handle, path));
};

export const lockMany: NativeWork = async ({ connect, path, params }) => {
  const handle = await connect();
  const paths = Array.from({ length: params.locks }, (_, index) => `${path}/${index}`);
  await Promise.all(paths.map((each) => createNode(handle, each)));
  return (budgetMs) => repeatAll(budgetMs, paths, (each) => cycle(handle, each));
};
