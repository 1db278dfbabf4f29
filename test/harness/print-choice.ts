/**
 * For scripts, which run before anything but Node.js is certain: prints the chosen back end as one line of JSON, so
 * that looking for a ZooKeeper stays in one place. Exit code 3 means that there is none, and standard error says why.
 */
import { chooseBackEnd } from "./choose-back-end.js";
import { NoZooKeeperError } from "./harness-error.js";

const noZooKeeperExitCode = 3;

try {
  const { backEnd, passedOver } = await chooseBackEnd(process.env);
  process.stdout.write(`${JSON.stringify({ name: backEnd.name, description: backEnd.description, passedOver })}\n`);
} catch (error) {
  if (!(error instanceof NoZooKeeperError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = noZooKeeperExitCode;
}
