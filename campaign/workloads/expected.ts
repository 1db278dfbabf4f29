import { TimeoutError, ZookitError } from "@zookit/core";
import type { Outcome } from "../history/event.js";
import type { Part } from "./workload.js";

/**
 * What became of an operation that has failed in a way that its documentation names: the time that it was given ran out, or
 * the part ended. Anything else must not happen, whatever the nemesis does.
 *
 * @throws the error itself.
 */
export function outcomeOf(error: unknown, { settling }: Part): { type: Outcome; value: string } {
  if (error instanceof TimeoutError) {
    return { type: error.outcome === "unknown" ? "unknown" : "fail", value: error.code };
  }
  if (settling.aborted && error === settling.reason) return { type: "unknown", value: "settled" };
  if (error instanceof ZookitError)
    throw new Error(`${error.name} (${error.outcome}): ${error.message}`, { cause: error });
  throw error;
}
