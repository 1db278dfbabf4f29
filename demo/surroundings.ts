import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startTestServer } from "@zookit/testing";
import { startEnsemble } from "../test/harness/ensemble.js";
import { monotonicMs } from "./happening.js";
import type { Options } from "./options.js";
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

export async function openServers(wanted: Options["servers"]): Promise<Servers> {
  const beganAt = monotonicMs();
  const startedIn = () => `up after ${duration(monotonicMs() - beganAt)}`;
  if (typeof wanted === "object") {
    return {
      hosts: wanted.hosts,
      description: `the ensemble at ${wanted.hosts}`,
      tickMs: USUAL_TICK_MS,
      isTickAssumed: true,
      [Symbol.asyncDispose]: async () => {},
    };
  }
  if (wanted === "ensemble") {
    const ensemble = await startEnsemble({ servers: 3, tickTimeMs: TICK_MS });
    return {
      hosts: ensemble.hosts,
      description: `3 servers, back end "${ensemble.backend}", ${startedIn()}`,
      tickMs: TICK_MS,
      isTickAssumed: false,
      [Symbol.asyncDispose]: async () => await ensemble.stop(),
    };
  }
  const server = await startTestServer({ tickTimeMs: TICK_MS });
  return {
    hosts: server.hosts,
    description: `the test server of @zookit/testing, ${startedIn()}; --ensemble runs on real ones`,
    tickMs: TICK_MS,
    isTickAssumed: false,
    [Symbol.asyncDispose]: async () => await server.stop(),
  };
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
