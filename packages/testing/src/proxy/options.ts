import { TestingError } from "../errors.js";
import { MAX_TIMER_MS } from "../faults/index.js";

/** One way through a proxy. */
export type Direction = "to-server" | "to-client";

/** How bytes trickle: so many at a time, with a pause after each. */
export interface Throttle {
  /** 1 or more. */
  readonly bytes: number;
  /** 0 to 2,147,483,647 ms; a timer takes 1 ms at least. */
  readonly everyMs: number;
}

/** Settings of a fault proxy. */
export interface FaultProxyOptions {
  /** TCP port on 127.0.0.1, 0 to 65,535. @default 0, which is any free one */
  readonly port?: number | undefined;
}

/** The server behind a proxy. */
export interface Target {
  readonly host: string;
  readonly port: number;
}

const LARGEST_PORT = 65_535;

/** @throws {TestingError} `invalid-argument`: not one server as `host:port`. */
export function checkTarget(target: string): Target {
  const match = typeof target === "string" ? /^(?:\[([\da-f:.]+)\]|([^\s:/,[\]]+)):(\d{1,5})$/i.exec(target) : null;
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  if (host !== undefined && port >= 1 && port <= LARGEST_PORT) return { host, port };
  const hint = "one server as host:port; for an ensemble, a proxy before each of its servers";
  throw invalid(`the target of a fault proxy is ${hint}, not ${show(target)}`);
}

/** @throws {TestingError} `invalid-argument` */
export function checkProxyOptions(options: FaultProxyOptions = {}): { readonly port: number } {
  if (typeof options !== "object" || options === null) throw invalid("the options must be an object");
  const unknown = Object.keys(options).find((key) => key !== "port");
  if (unknown !== undefined) throw invalid(`unknown option ${show(unknown)}; known is port`);
  const { port = 0 } = options;
  if (!Number.isInteger(port) || port < 0 || port > LARGEST_PORT) {
    throw invalid(`port must be a whole number from 0 to ${LARGEST_PORT}, not ${show(port)}`);
  }
  return { port };
}

/** The directions meant. @throws {TestingError} `invalid-argument` */
export function checkDirections(direction: Direction | "both"): readonly Direction[] {
  if (direction === "both") return ["to-server", "to-client"];
  if (direction === "to-server" || direction === "to-client") return [direction];
  throw invalid(`a direction is "to-server", "to-client" or "both", not ${show(direction)}`);
}

/** @throws {TestingError} `invalid-argument` */
export function checkDelay(name: string, ms: number): number {
  if (typeof ms === "number" && ms >= 0 && ms <= MAX_TIMER_MS) return ms;
  throw invalid(`${name} must be a number from 0 to ${MAX_TIMER_MS}, not ${show(ms)}`);
}

/** @throws {TestingError} `invalid-argument` */
export function checkThrottle(throttle: Throttle | undefined): Throttle | undefined {
  if (throttle === undefined) return undefined;
  if (typeof throttle !== "object" || throttle === null) throw invalid("a throttle is { bytes, everyMs } or undefined");
  const { bytes, everyMs } = throttle;
  if (!Number.isSafeInteger(bytes) || bytes < 1)
    throw invalid(`bytes must be a whole number from 1, not ${show(bytes)}`);
  return { bytes, everyMs: checkDelay("everyMs", everyMs) };
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

function invalid(message: string): TestingError {
  return new TestingError("invalid-argument", message);
}
