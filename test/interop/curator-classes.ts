import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { access, mkdir, mkdtemp, readFile, rename, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const JARS = "/usr/share/java";

/** Debian's jars name what they need in their manifests, so that these two bring ZooKeeper, Guava, Jackson and Netty. */
const REQUIRED = [
  { jar: join(JARS, "curator-recipes.jar"), debianPackage: "libcurator-recipes-java" },
  // Silences the logging that would otherwise end up among the peer's events.
  { jar: join(JARS, "slf4j-nop.jar"), debianPackage: "libslf4j-java" },
];

const compiled = new Map<string, Promise<string>>();

/**
 * The class path of a compiled Curator peer; compiles it when its source has changed since the last time.
 *
 * @param name of its class in `peers`.
 */
export function curatorClassPath(name: string): Promise<string> {
  const sources = ["JsonLinePeer", name];
  return compileWithCurator(sources.map((source) => fileURLToPath(new URL(`./peers/${source}.java`, import.meta.url))));
}

/** The class path of a program against Curator; compiles it when its sources have changed since the last time. */
export function compileWithCurator(sources: readonly string[]): Promise<string> {
  const key = sources.join(delimiter);
  const found = compiled.get(key) ?? compile(sources);
  compiled.set(key, found);
  return found;
}

async function compile(sources: readonly string[]): Promise<string> {
  for (const { jar, debianPackage } of REQUIRED) {
    if (!(await exists(jar))) {
      throw new Error(`${jar} is missing (Debian package: ${debianPackage})`);
    }
  }
  const jars = REQUIRED.map(({ jar }) => jar).join(delimiter);
  const texts = await Promise.all(sources.map((source) => readFile(source)));
  const hash = createHash("sha256").update(Buffer.concat(texts)).digest("hex");
  const cache = join(tmpdir(), `zookit-interop-${process.getuid?.() ?? "all"}`);
  const classes = join(cache, hash.slice(0, 16));
  if (!(await exists(classes))) {
    await mkdir(cache, { recursive: true, mode: 0o700 });
    const fresh = await mkdtemp(join(cache, "javac-"));
    await javac(["-d", fresh, "-cp", jars, ...sources]);
    // A renamed directory is complete; where another run was faster, its classes serve as well.
    await rename(fresh, classes).catch(() => rm(fresh, { recursive: true }));
  }
  return [classes, jars].join(delimiter);
}

async function javac(args: readonly string[]): Promise<void> {
  try {
    await promisify(execFile)("javac", args, { timeout: 60_000 });
  } catch (cause) {
    throw new Error("cannot compile the Curator peer with javac (Debian package: default-jdk-headless)", { cause });
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
