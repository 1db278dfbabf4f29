import { execFile } from "node:child_process";
import { access } from "node:fs/promises";
import { promisify } from "node:util";

const succeeds = (check: Promise<unknown>): Promise<boolean> =>
  check.then(
    () => true,
    () => false,
  );

const run = promisify(execFile);

/**
 * What is missing on this machine to have kazoo and Curator in a test; empty if nothing is. In CI nothing counts as missing:
 * there the tests fail rather than be skipped.
 */
export async function missingPeers(): Promise<string> {
  if (process.env["CI"]) return "";
  const needed: readonly [string, Promise<unknown>][] = [
    ["python3-kazoo", run("/usr/bin/python3", ["-c", "import kazoo"])],
    ["libcurator-recipes-java", access("/usr/share/java/curator-recipes.jar")],
    ["libslf4j-java", access("/usr/share/java/slf4j-nop.jar")],
    ["default-jdk-headless", run("javac", ["-version"])],
  ];
  const found = await Promise.all(needed.map(([, check]) => succeeds(check)));
  return needed.flatMap(([name], index) => (found[index] ? [] : [name])).join(", ");
}
