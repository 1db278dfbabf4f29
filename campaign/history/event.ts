/**
 * The format of a history: JSON lines, appended by the process that they are about, one file for each process.
 *
 * Times are milliseconds of CLOCK_MONOTONIC, which all processes of one machine share: they order what different workers
 * have done. A process may be killed at any moment, so that a file can end within a line.
 */

/** What can stand as a value in a history. Bigints are written as decimal text. */
export type Json = null | boolean | number | string | readonly Json[] | { readonly [key: string]: Json };

/** - `ok`: it took place. - `fail`: it did not, and never will. - `unknown`: it may have, or still may. */
export type Outcome = "ok" | "fail" | "unknown";

interface EventBase {
  readonly at: number;
  /** Number of the operation in its process; its completion has the same. */
  readonly op: number;
}

/** An operation begins. */
export interface Invocation extends EventBase {
  readonly type: "invoke";
  readonly workload: string;
  /** What it is about: histories are checked key by key. */
  readonly key: string;
  /** The name of the operation. */
  readonly f: string;
  readonly value?: Json;
}

/** It has ended, one way or the other. */
export interface Completion extends EventBase {
  readonly type: Outcome;
  readonly value?: Json;
}

export type HistoryEvent = Invocation | Completion;

/** An operation from its beginning to its end. */
export interface Operation {
  /** Which process, of which nobody else has the name, before or after it. */
  readonly process: string;
  readonly workload: string;
  readonly key: string;
  readonly f: string;
  readonly input: unknown;
  readonly output: unknown;
  readonly start: number;
  /** `Infinity` while it is open: what is unknown may take effect at any later time. */
  readonly end: number;
  readonly outcome: Outcome;
}
