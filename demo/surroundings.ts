import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startEnsemble } from "../test/harness/ensemble.js";
import { monotonicMs } from "./happening.js";
import { duration } from "./units.js";

const TICK_MS = 200;
/** ZooKeeper's own default, for ensembles of which nothing is known. */
const USUAL_TICK_MS = 2_000;

/** The servers that the demo runs on. */
export interface Servers extends AsyncDisposable {
  readonly hosts: string;
  readonly description: string;
  readonly tickMs: number;
  /** Whether `tickMs` is only taken to be so. */
  readonly isTickAssumed: boolean;
}

/** Starts servers, unless `hosts` names some, or the variable by which the tests are given theirs. */
export async function openServers(hosts: string | undefined, count: 1 | 3): Promise<Servers> {
  const given = hosts ?? hostsOfTests(process.env);
  if (given !== undefined) {
    return {
      hosts: given,
      description: `the ensemble at ${given}`,
      tickMs: USUAL_TICK_MS,
      isTickAssumed: true,
      [Symbol.asyncDispose]: async () => {},
    };
  }
  const beganAt = monotonicMs();
  const ensemble = await startEnsemble({ servers: count, tickTimeMs: TICK_MS });
  const servers = count === 1 ? "one server" : `${count} servers`;
  return {
    hosts: ensemble.hosts,
    description: `${servers}, back end "${ensemble.backend}", up after ${duration(monotonicMs() - beganAt)}`,
    tickMs: TICK_MS,
    isTickAssumed: false,
    [Symbol.asyncDispose]: async () => await ensemble.stop(),
  };
}

function hostsOfTests(environment: NodeJS.ProcessEnv): string | undefined {
  const { ZOOKIT_TEST_HOSTS: hosts, ZOOKIT_TEST_BACKEND: forced = "hosts" } = environment;
  return forced === "hosts" && hosts ? hosts : undefined;
}

export interface TemporaryFile extends AsyncDisposable {
  readonly path: string;
}

export async function temporaryFile(name: string): Promise<TemporaryFile> {
  const directory = await mkdtemp(join(tmpdir(), "zookit-demo-"));
  return {
    path: join(directory, name),
    [Symbol.asyncDispose]: async () => await rm(directory, { recursive: true, force: true }),
  };
}
