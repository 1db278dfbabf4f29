import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import { cpus, release, totalmem } from "node:os";
import { promisify } from "node:util";

/** What the figures depend on besides the code. Results of another machine or other versions are not kept beside them. */
export interface Machine {
  readonly processor: string;
  readonly memory: string;
  readonly system: string;
  readonly versions: Readonly<Record<string, string>>;
}

const GIB = 2 ** 30;

export async function describeMachine(zooKeeper: string): Promise<Machine> {
  const all = cpus();
  return {
    processor: `${all.length} × ${all[0]?.model.trim() ?? "unknown"}`,
    memory: `${Math.round(totalmem() / GIB)} GiB`,
    system: `Linux ${release().split("-", 1)[0]}`,
    versions: {
      ZooKeeper: zooKeeper,
      "Node.js": process.versions.node,
      "npm zookeeper": await versionOfBinding(),
      Python: await output("/usr/bin/python3", ["-c", "import platform; print(platform.python_version())"]),
      kazoo: await output("/usr/bin/python3", ["-c", "import kazoo.version as v; print(v.__version__)"]),
      Java: await output("java", ["-version"]),
      Curator: await output("dpkg-query", ["-W", "libcurator-recipes-java"]),
    },
  };
}

async function versionOfBinding(): Promise<string> {
  const text = await readFile(new URL("../../packages/core/package.json", import.meta.url), "utf8");
  const { dependencies } = JSON.parse(text) as { dependencies: Readonly<Record<string, string>> };
  return dependencies["zookeeper"] ?? "unknown";
}

/** The version that a program tells in its first line; Java does so on standard error. */
async function output(command: string, args: readonly string[]): Promise<string> {
  const { stdout, stderr } = await promisify(execFile)(command, args);
  const line = (stdout || stderr).trim().split("\n", 1)[0] ?? "";
  return /\d+(\.\d+)+/.exec(line)?.[0] ?? line;
}
