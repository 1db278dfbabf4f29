/** What tests import. A program that is no vitest test imports ./ensemble.js instead, since vitest cannot load there. */
export { type Ensemble, type EnsembleOptions, type Server, type ServerRole, startEnsemble } from "./ensemble.js";
export { HarnessError, NoZooKeeperError } from "./harness-error.js";
export { sharedHosts, uniqueRoot } from "./shared.js";
export { type WaitUntilOptions, waitUntil } from "./wait-until.js";
