import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Options } from "./options.js";

/** What a run is. Kept in its folder from its beginning, so that a run that came to no end can be told from others. */
export interface About {
  readonly options: Options;
  readonly startedAt: string;
  /** Of the sources; ends with + where they were changed since. */
  readonly commit: string;
  /** What a reader of its figures has to know besides; written into the file afterwards, by hand. */
  readonly note?: string;
}

const HERE = fileURLToPath(new URL(".", import.meta.url));

export async function about(options: Options): Promise<About> {
  return { options, startedAt: new Date().toISOString(), commit: await commit() };
}

async function commit(): Promise<string> {
  try {
    const head = await git("rev-parse", "--short=10", "HEAD");
    return (await git("status", "--porcelain", "--untracked-files=no")) === "" ? head : `${head}+`;
  } catch {
    return "unknown";
  }
}

async function git(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)("git", args, { cwd: HERE })).stdout.trim();
}
