import { TestingError } from "../errors.js";

/** Settings of a test server. Times are in milliseconds; the defaults suit tests rather than production. */
export interface TestServerOptions {
  /** TCP port on 127.0.0.1, 0 to 65,535. @default 0, which is any free one */
  readonly port?: number | undefined;
  /**
   * The server's unit of time: a session is found to be over at the next tick. 10 to 60,000 ms.
   *
   * @default 500
   */
  readonly tickTimeMs?: number | undefined;
  /** The shortest session that is granted, whatever a client asks for. @default 2 ticks, as with ZooKeeper */
  readonly minSessionTimeoutMs?: number | undefined;
  /** The longest session that is granted. @default 20 ticks, as with ZooKeeper; but the shortest one at least */
  readonly maxSessionTimeoutMs?: number | undefined;
  /**
   * Whether znodes may have a time to live. ZooKeeper refuses them unless it is configured with
   * `extendedTypesEnabled`, and so does the test server unless told.
   *
   * @default false
   */
  readonly ttlNodes?: boolean | undefined;
  /**
   * How often empty containers and outlived TTL znodes are removed. 10 to 3,600,000 ms; ZooKeeper does it once a
   * minute.
   *
   * @default 1000
   */
  readonly containerCheckIntervalMs?: number | undefined;
}

/** Options that have been checked, with the defaults filled in. */
export interface ServerSettings {
  readonly port: number;
  readonly tickMs: number;
  readonly minTimeoutMs: number;
  readonly maxTimeoutMs: number;
  readonly hasTtl: boolean;
  readonly reapIntervalMs: number;
}

const LARGEST_PORT = 65_535;
const MAX_TIMER_MS = 2 ** 31 - 1;
const DEFAULT_TICK_MS = 500;
const DEFAULT_REAP_INTERVAL_MS = 1_000;

const KNOWN: readonly (keyof TestServerOptions)[] = [
  "port",
  "tickTimeMs",
  "minSessionTimeoutMs",
  "maxSessionTimeoutMs",
  "ttlNodes",
  "containerCheckIntervalMs",
];

/** @throws {TestingError} `invalid-argument`: an option is unknown, of the wrong type or out of range. */
export function checkServerOptions(options: TestServerOptions = {}): ServerSettings {
  if (typeof options !== "object" || options === null) throw invalid("the options must be an object");
  const unknown = Object.keys(options).find((key) => !(KNOWN as readonly string[]).includes(key));
  if (unknown !== undefined) throw invalid(`unknown option ${JSON.stringify(unknown)}; known are ${KNOWN.join(", ")}`);
  const { port = 0, tickTimeMs: tickMs = DEFAULT_TICK_MS, ttlNodes: hasTtl = false } = options;
  const { containerCheckIntervalMs: reapIntervalMs = DEFAULT_REAP_INTERVAL_MS } = options;
  checkInteger("port", port, 0, LARGEST_PORT);
  checkInteger("tickTimeMs", tickMs, 10, 60_000);
  checkInteger("containerCheckIntervalMs", reapIntervalMs, 10, 3_600_000);
  if (typeof hasTtl !== "boolean") throw invalid("ttlNodes must be a boolean");
  const minTimeoutMs = options.minSessionTimeoutMs ?? 2 * tickMs;
  checkInteger("minSessionTimeoutMs", minTimeoutMs, 1, MAX_TIMER_MS);
  const maxTimeoutMs = options.maxSessionTimeoutMs ?? Math.max(20 * tickMs, minTimeoutMs);
  checkInteger("maxSessionTimeoutMs", maxTimeoutMs, minTimeoutMs, MAX_TIMER_MS);
  return { port, tickMs, minTimeoutMs, maxTimeoutMs, hasTtl, reapIntervalMs };
}

/** @throws {TestingError} `invalid-argument`: not an integer, or not in the range. */
function checkInteger(name: string, value: unknown, min: number, max: number): void {
  if (Number.isInteger(value) && (value as number) >= min && (value as number) <= max) return;
  throw invalid(`${name} must be an integer from ${min} to ${max}, not ${String(value)}`);
}

function invalid(message: string): TestingError {
  return new TestingError("invalid-argument", message);
}
