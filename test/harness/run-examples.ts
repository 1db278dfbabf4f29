/**
 * Runs every example, each as a process of its own as its reader would, against one standalone server that they find
 * in ZOOKEEPER_HOSTS. Ends at the first that fails.
 */
import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { startEnsemble } from "./ensemble.js";

const exampleTimeoutMs = 60_000;

const folder = fileURLToPath(new URL("../../examples/", import.meta.url));
await using ensemble = await startEnsemble();
const environment = { ...process.env, ZOOKEEPER_HOSTS: ensemble.hosts };

for (const name of readdirSync(folder).filter((file) => file.endsWith(".ts"))) {
  process.stdout.write(`examples/${name}\n`);
  const { status, signal } = spawnSync(
    process.execPath,
    ["--conditions=@zookit/source", "--import", "tsx", `${folder}${name}`],
    { stdio: "inherit", env: environment, timeout: exampleTimeoutMs },
  );
  if (status === 0) continue;
  process.stderr.write(`examples/${name} failed: ${signal ?? `exit code ${status}`}\n`);
  process.exitCode = 1;
  break;
}
