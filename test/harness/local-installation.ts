import { execFile } from "node:child_process";
import { access, readdir } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import type { Environment } from "./back-end.js";
import { NoZooKeeperError } from "./harness-error.js";

/** A ZooKeeper on this machine: what to run, and with which classes. */
export interface LocalInstallation {
  readonly java: string;
  readonly classPath: readonly string[];
  readonly description: string;
}

const debianJar = "/usr/share/java/zookeeper.jar";
/** The manifest of Debian's jar names what it depends on, but for a logging back end. */
const debianClassPath = [debianJar, "/usr/share/java/slf4j-log4j12.jar", "/usr/share/java/log4j-1.2.jar"];

/**
 * Looks at `ZOOKEEPER_HOME`, then for Debian's package. Resolves with the reason where there is neither.
 *
 * @throws {NoZooKeeperError} when `ZOOKEEPER_HOME` is set and holds no ZooKeeper: an explicit wish is not passed over
 */
export async function findLocalInstallation(environment: Environment): Promise<LocalInstallation | string> {
  const home = environment["ZOOKEEPER_HOME"];
  if (!home && !(await exists(debianJar))) return `ZOOKEEPER_HOME is not set and ${debianJar} does not exist`;
  if (home && !(await holdsZooKeeper(home))) {
    throw new NoZooKeeperError(`ZOOKEEPER_HOME=${home} holds no zookeeper-*.jar, neither itself nor in lib`);
  }
  const javaHome = environment["JAVA_HOME"];
  const java = javaHome ? join(javaHome, "bin", "java") : "java";
  if (!(await runs(java))) return `${java} does not run`;
  return home
    ? { java, classPath: [join(home, "lib", "*"), join(home, "*")], description: `ZooKeeper in ${home}` }
    : { java, classPath: debianClassPath, description: "Debian's zookeeper package" };
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

/** Releases before 3.5.5 keep the jar at the top level, later ones in lib. */
async function holdsZooKeeper(home: string): Promise<boolean> {
  const names = await Promise.all([home, join(home, "lib")].map((folder) => readdir(folder).catch(() => [])));
  return names.flat().some((name) => /^zookeeper-\d.*\.jar$/.test(name));
}

async function runs(java: string): Promise<boolean> {
  return await promisify(execFile)(java, ["-version"]).then(
    () => true,
    () => false,
  );
}
