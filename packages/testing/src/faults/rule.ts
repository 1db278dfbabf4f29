import { TestingError } from "../errors.js";
import { OP_CODES, type OpName } from "../wire/index.js";

/**
 * What a frame is about: one of the protocol's operations, or `connect`, the handshake that opens or resumes a session,
 * or `event`, a watch event on its way to the client.
 */
export type FaultOperation = Exclude<OpName, "createSession" | "deleteContainer"> | "connect" | "event";

/**
 * What happens to a frame.
 *
 * - `lose`: it does not go on, and the connection is cut. At a request: the server has never seen it. At a reply: the
 *   request is applied, and the client does not learn it.
 * - `reset`: the same, but the client sees a TCP reset instead of an orderly end.
 * - `drop`: it does not go on, nor does anything behind it in its direction. The connection stays open, and the other
 *   direction works: a one-way loss.
 * - `hold`: it waits, with everything behind it in its direction, until the fault is released.
 * - `delayMs`: it waits for so long, with everything behind it in its direction. 0 to 2,147,483,647 ms.
 */
export type FaultAction = "lose" | "reset" | "drop" | "hold" | { readonly delayMs: number };

/** One fault that is to happen once. */
export interface FaultRule {
  /**
   * Which operation is hit, by its name in ZooKeeper's protocol: what lists the children of a znode may be
   * `getChildren` or `getChildren2`, for example, depending on the client.
   *
   * @default any but `ping`
   */
  readonly operation?: FaultOperation | undefined;
  /** On its way to the server, or its reply on the way back. A refusal is a reply as well. */
  readonly at: "request" | "reply";
  /** Which of them, counted over all connections from when the rule was made: 1 is the next one. @default 1 */
  readonly nth?: number | undefined;
  readonly action: FaultAction;
}

/** The longest time that a timer of Node.js can take. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

const internal = new Set<string>(["createSession", "deleteContainer"]);
const operations = new Set<unknown>([
  ...Object.keys(OP_CODES).filter((name) => !internal.has(name)),
  "connect",
  "event",
]);
const actions = new Set<unknown>(["lose", "reset", "drop", "hold"]);
const known = new Set(["operation", "at", "nth", "action"]);

/** @throws {TestingError} `invalid-argument`: not a rule, or one that could never be met. */
export function checkRule(rule: FaultRule): FaultRule {
  if (typeof rule !== "object" || rule === null) throw invalid("a fault rule is an object");
  const unknown = Object.keys(rule).find((key) => !known.has(key));
  if (unknown !== undefined) throw invalid(`a fault rule has no ${JSON.stringify(unknown)}: ${[...known].join(", ")}`);
  const { operation, at, nth = 1, action } = rule;
  if (operation !== undefined && !operations.has(operation)) {
    throw invalid(`unknown operation ${show(operation)}: ${[...operations].join(", ")}`);
  }
  if (at !== "request" && at !== "reply") throw invalid(`at must be "request" or "reply", not ${show(at)}`);
  if (operation === "event" && at === "request") throw invalid("a watch event is no request: it is to be met at reply");
  if (!Number.isSafeInteger(nth) || nth < 1) throw invalid(`nth must be a whole number from 1, not ${show(nth)}`);
  checkAction(action);
  return { operation, at, nth, action };
}

function checkAction(action: FaultAction): void {
  if (actions.has(action)) return;
  const delayMs = typeof action === "object" && action !== null ? action.delayMs : undefined;
  if (typeof delayMs === "number" && delayMs >= 0 && delayMs <= MAX_TIMER_MS) return;
  throw invalid(`action must be one of ${[...actions].join(", ")}, or { delayMs }, not ${show(action)}`);
}

function show(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}

function invalid(message: string): TestingError {
  return new TestingError("invalid-argument", message);
}
