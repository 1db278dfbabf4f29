/** Which rule is met by which frame. Pure: a book is a value, and every step makes a new one. */
import type { FaultAction, FaultOperation, FaultRule } from "./rule.js";

/** A rule that waits for its frame. */
interface ArmedRule {
  readonly id: number;
  readonly rule: FaultRule;
  /** How many frames of its kind there have been since it was made. */
  readonly seen: number;
}

/** The rules that have not been met yet, the oldest first. */
export type RuleBook = readonly ArmedRule[];

/** A frame as rules see it. */
export interface Frame {
  readonly at: "request" | "reply";
  /** undefined for an operation that this package does not know; only rules for any operation are met by it. */
  readonly operation: FaultOperation | undefined;
}

export interface Step {
  readonly book: RuleBook;
  /** The rule that the frame has met, which is no longer in the book. */
  readonly met?: { readonly id: number; readonly action: FaultAction };
}

export function withRule(book: RuleBook, id: number, rule: FaultRule): RuleBook {
  return [...book, { id, rule, seen: 0 }];
}

export function withoutRule(book: RuleBook, id: number): RuleBook {
  return book.filter((armed) => armed.id !== id);
}

/**
 * Shows a frame to every rule. One rule at most is met by a frame, the oldest of those whose turn it is; a younger one
 * then is met by the next frame of its kind. So a thousand rules for the next `sync` hit the next thousand.
 */
export function showFrame(book: RuleBook, frame: Frame): Step {
  const counted = book.map((armed) => (concerns(armed.rule, frame) ? { ...armed, seen: armed.seen + 1 } : armed));
  const met = counted.find(({ rule, seen }) => concerns(rule, frame) && seen >= (rule.nth ?? 1));
  if (met === undefined) return { book: counted };
  return { book: withoutRule(counted, met.id), met: { id: met.id, action: met.rule.action } };
}

function concerns({ at, operation }: FaultRule, frame: Frame): boolean {
  if (at !== frame.at) return false;
  return operation === undefined ? frame.operation !== "ping" : operation === frame.operation;
}
