import type { TestProject } from "vitest/node";
import { chooseBackEnd } from "./choose-back-end.js";
import { startEnsemble } from "./ensemble.js";
import type {} from "./shared.js";

/** Starts the one standalone server that the tests of a run share, and says once which ZooKeeper that is. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const { backEnd, passedOver } = await chooseBackEnd(process.env);
  const reasons = passedOver.length > 0 ? ` (${passedOver.join("; ")})` : "";
  project.vitest.logger.log(`ZooKeeper under the tests: ${backEnd.description}, back end "${backEnd.name}"${reasons}`);
  // The workers inherit the choice, so that every file of a run has the same back end and looks for it only once.
  process.env["ZOOKIT_TEST_BACKEND"] = backEnd.name;
  const ensemble = await startEnsemble();
  project.provide("zookeeperHosts", ensemble.hosts);
  return async () => await ensemble.stop();
}
