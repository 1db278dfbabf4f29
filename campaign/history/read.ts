import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import type { Operation } from "./event.js";
import { operationsOf, parseEvents } from "./operations.js";

const EXTENSION = ".jsonl";

/** The file that a process records in. */
export function historyPath(folder: string, process: string): string {
  return join(folder, `${process}${EXTENSION}`);
}

/** The operations of all processes that have recorded in a folder, in the order in which they began. */
export async function readHistories(folder: string): Promise<readonly Operation[]> {
  const files = (await readdir(folder)).filter((name) => name.endsWith(EXTENSION));
  const operations: Operation[] = [];
  // One after the other: the histories of an hour are hundreds of megabytes of text.
  for (const name of files) {
    const events = parseEvents(await readFile(join(folder, name), "utf8"));
    for (const operation of operationsOf(name.slice(0, -EXTENSION.length), events)) operations.push(operation);
  }
  return operations.sort((a, b) => a.start - b.start);
}
