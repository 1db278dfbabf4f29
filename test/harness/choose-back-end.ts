import type { BackEnd, BackEndName, Environment, Finding } from "./back-end.js";
import { findDockerBackEnd } from "./docker-back-end.js";
import { NoZooKeeperError } from "./harness-error.js";
import { findHostsBackEnd } from "./hosts-back-end.js";
import { findLocalBackEnd } from "./local-back-end.js";

/** The back end in use, and for each that comes before it in order, why it is not. */
export interface Choice {
  readonly backEnd: BackEnd;
  readonly passedOver: readonly string[];
}

const finders: Readonly<Record<BackEndName, (environment: Environment) => Promise<Finding>>> = {
  hosts: findHostsBackEnd,
  docker: findDockerBackEnd,
  local: findLocalBackEnd,
};

/** Object keys keep their order: this is the order of preference. */
const names = Object.keys(finders) as BackEndName[];

/**
 * Takes the first back end that is there, or the one that `ZOOKIT_TEST_BACKEND` forces. Never falls back from
 * something that was asked for by name.
 *
 * @throws {NoZooKeeperError} that names what was tried and the ways to give a ZooKeeper
 */
export async function chooseBackEnd(environment: Environment): Promise<Choice> {
  const forced = environment["ZOOKIT_TEST_BACKEND"];
  if (forced) return { backEnd: await findForced(forced, environment), passedOver: [] };
  const passedOver: string[] = [];
  for (const name of names) {
    const finding = await finders[name](environment);
    if ("backEnd" in finding) return { backEnd: finding.backEnd, passedOver };
    passedOver.push(finding.absent);
  }
  throw new NoZooKeeperError(`no ZooKeeper found: ${passedOver.join("; ")}`);
}

async function findForced(forced: string, environment: Environment): Promise<BackEnd> {
  const name = names.find((candidate) => candidate === forced);
  if (!name) throw new NoZooKeeperError(`ZOOKIT_TEST_BACKEND is "${forced}", which is no back end`);
  const finding = await finders[name](environment);
  if ("backEnd" in finding) return finding.backEnd;
  throw new NoZooKeeperError(`ZOOKIT_TEST_BACKEND=${name} cannot be had: ${finding.absent}`);
}
