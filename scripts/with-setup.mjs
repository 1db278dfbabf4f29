/**
 * `npm test`, `npm run demo` and `npm run bench` on a fresh clone: installs the dependencies, makes sure that there is a
 * ZooKeeper, then runs the tests, the demo or the benchmarks with the remaining arguments. Uses nothing but Node.js itself,
 * since nothing else is there yet.
 */
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const fromSource = ["--conditions=@zookit/source", "--import", "./scripts/run-typescript.mjs"];
const noZooKeeperExitCode = 3;

const tasks = {
  test: ["node_modules/vitest/vitest.mjs", "run"],
  demo: [...fromSource, "demo/main.ts"],
  examples: [...fromSource, "test/harness/run-examples.ts"],
  bench: [...fromSource, "benchmarks/src/main.ts"],
};

const [taskName = "", ...taskArguments] = process.argv.slice(2);
const task = tasks[taskName];
if (!task) fail(`usage: node scripts/with-setup.mjs ${Object.keys(tasks).join("|")} [arguments…]`);

installDependencies();
// The demo runs on the test server of our own, unless it is told otherwise.
const needsZooKeeper = taskName !== "demo" || taskArguments.includes("--ensemble");
const environment = { ...process.env };
if (needsZooKeeper) environment.ZOOKIT_TEST_BACKEND = findZooKeeper() ?? installZooKeeper();
if (taskName === "test" || taskName === "bench") installPeers();
if (taskName === "bench") run(process.execPath, ["node_modules/typescript/bin/tsc", "-b", "tsconfig.build.json"]);
await runTask([...task, ...taskArguments], environment);

/** pnpm keeps a copy of the lock file it installed from. */
function installDependencies() {
  const installed = `${root}/node_modules/.pnpm/lock.yaml`;
  const upToDate = existsSync(installed) && readFileSync(installed).equals(readFileSync(`${root}/pnpm-lock.yaml`));
  if (upToDate) return;
  const { packageManager } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  run("npx", ["--yes", packageManager, "install", "--frozen-lockfile"]);
}

/** The name of the back end that the harness chooses, or undefined where it finds no ZooKeeper but one can be had. */
function findZooKeeper() {
  const { status, stdout, stderr } = spawnSync(process.execPath, [...fromSource, "test/harness/print-choice.ts"], {
    cwd: root,
    encoding: "utf8",
  });
  if (status === noZooKeeperExitCode && canInstallZooKeeper()) return undefined;
  if (status !== 0) fail(stderr.trimEnd());
  const { name, passedOver } = JSON.parse(stdout);
  // Only an engine without an image is news: the other ways are not there because nobody set them up.
  const news = passedOver.filter((reason) => reason.includes("cannot pull"));
  for (const reason of news) process.stdout.write(`${reason}; using the back end "${name}"\n`);
  return name;
}

/** Debian's package serves unless another source was asked for; then installing it would not be an answer. */
function canInstallZooKeeper() {
  const { ZOOKIT_TEST_BACKEND: forced, ZOOKIT_TEST_HOSTS, ZOOKIT_TEST_IMAGE, ZOOKEEPER_HOME } = process.env;
  const askedForAnother = (forced && forced !== "local") || ZOOKIT_TEST_HOSTS || ZOOKIT_TEST_IMAGE || ZOOKEEPER_HOME;
  return !askedForAnother && process.getuid?.() === 0 && existsSync("/etc/debian_version");
}

function installZooKeeper() {
  process.stdout.write("No ZooKeeper found: installing Debian's package zookeeper\n");
  run("apt-get", ["update", "-qq"]);
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", "zookeeper"]);
  return findZooKeeper() ?? fail("Debian's package zookeeper was installed, and still no ZooKeeper is found");
}

/** kazoo and Curator, for the interoperation tests, which are skipped without root on Debian, visibly; and the benchmarks. */
function installPeers() {
  if (process.getuid?.() !== 0 || !existsSync("/etc/debian_version")) return;
  const packages = ["python3-kazoo", "libcurator-recipes-java", "libslf4j-java", "default-jdk-headless"];
  const missing = packages.filter((name) => spawnSync("dpkg", ["-s", name], { stdio: "ignore" }).status !== 0);
  if (missing.length === 0) return;
  process.stdout.write(`Installing Debian's packages ${missing.join(", ")} for the interoperation tests\n`);
  run("apt-get", ["update", "-qq"]);
  run("apt-get", ["install", "-y", "-qq", "--no-install-recommends", ...missing]);
}

function run(command, args) {
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  const { status, error } = spawnSync(command, args, { cwd: root, env, stdio: "inherit" });
  if (status !== 0) fail(`failed: ${command} ${args.join(" ")}${error ? ` (${error.message})` : ""}`);
}

/**
 * Ends as the task ends, by the same code or signal. The task leads a process group of its own, and a signal goes to
 * the whole group, as from a terminal: the test runner alone would leave its workers, and so their servers, behind.
 */
async function runTask(args, env) {
  const child = spawn(process.execPath, args, { cwd: root, env, stdio: "inherit", detached: true });
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) {
    process.on(signal, () => child.exitCode ?? child.signalCode ?? process.kill(-child.pid, signal));
  }
  const [code, signal] = await new Promise((resolve) => child.on("exit", (...outcome) => resolve(outcome)));
  if (signal) {
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  }
  process.exitCode = code ?? 1;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(1);
}
