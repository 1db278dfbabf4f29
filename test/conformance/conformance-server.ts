import { startTestServer, type TestServer } from "../../packages/testing/src/index.js";
import { fourLetterWord, parseMonitor } from "../harness/four-letter-word.js";
import { type Ensemble, sharedHosts, startEnsemble } from "../harness/index.js";

/** A real server and a test server with the same settings. */
export interface Pair extends AsyncDisposable {
  readonly real: Ensemble;
  readonly test: TestServer;
}

export interface PairOptions {
  readonly tickTimeMs: number;
  readonly minSessionTimeoutMs: number;
  readonly maxSessionTimeoutMs: number;
  readonly hasTtl: boolean;
  /** How often containers and TTL znodes are reaped; undefined for not within a test. */
  readonly containerCheckIntervalMs?: number;
}

/**
 * The model follows ZooKeeper 3.8.0 with the security updates that Debian has for it. Others differ in what the tests
 * compare: whether `exists` wants a permission, who is told of a change, what stands before an event.
 */
const VERSION = "3.8.0";

export async function startPair(options: PairOptions): Promise<Pair> {
  const { tickTimeMs, minSessionTimeoutMs, maxSessionTimeoutMs, hasTtl } = options;
  const { containerCheckIntervalMs = distantInterval(Date.now()) } = options;
  const real = await startEnsemble({
    tickTimeMs,
    containerCheckIntervalMs,
    config: {
      minSessionTimeout: String(minSessionTimeoutMs),
      maxSessionTimeout: String(maxSessionTimeoutMs),
      extendedTypesEnabled: String(hasTtl),
      // Needed to set counters in a snapshot; nobody else asks for them.
      "digest.enabled": "false",
      // No snapshots in between.
      snapCount: "10000000",
    },
  });
  try {
    const test = await startTestServer({
      tickTimeMs,
      minSessionTimeoutMs,
      maxSessionTimeoutMs,
      ttlNodes: hasTtl,
      containerCheckIntervalMs,
    });
    return { real, test, [Symbol.asyncDispose]: async () => void (await Promise.all([real.stop(), test.stop()])) };
  } catch (error) {
    await real.stop();
    throw error;
  }
}

const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;

/** A test server reaps at the full multiples of an interval, which is an hour at most: an interval with none near. */
function distantInterval(nowMs: number): number {
  let intervalMs = HOUR_MS;
  while (intervalMs - (nowMs % intervalMs) < HOUR_MS / 4) intervalMs -= MINUTE_MS;
  return intervalMs;
}

/** Why the servers cannot be compared; undefined if they can. */
export async function reasonToSkip(): Promise<string | undefined> {
  if (process.env["ZOOKIT_TEST_BACKEND"] === "hosts") return "needs a server of its own";
  const [host = "", port] = sharedHosts().split(":");
  const version = parseMonitor(await fourLetterWord(host, Number(port), "mntr", 5_000)).get("zk_version") ?? "unknown";
  return version.startsWith(VERSION) ? undefined : `compared with ZooKeeper ${VERSION} only, and this is ${version}`;
}
