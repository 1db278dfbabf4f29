import type { HistoryEvent, Invocation, Operation } from "./event.js";

/** A history that no process of the campaign can have written. */
export class HistoryError extends Error {
  override readonly name = "HistoryError";
}

/** The events in a file; what a killed process has left of its last line is passed over. */
export function parseEvents(text: string): readonly HistoryEvent[] {
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as HistoryEvent);
}

/**
 * The operations of one process, in the order in which they began. What was never completed is unknown, and stays open.
 *
 * @throws {HistoryError}
 */
export function operationsOf(process: string, events: readonly HistoryEvent[]): readonly Operation[] {
  const open = new Map<number, Invocation>();
  const done: Operation[] = [];
  let last = Number.NEGATIVE_INFINITY;
  for (const event of events) {
    if (event.at < last) throw new HistoryError(`${process}: time goes back at operation ${event.op}`);
    last = event.at;
    if (event.type === "invoke") {
      if (open.has(event.op)) throw new HistoryError(`${process}: operation ${event.op} begins twice`);
      open.set(event.op, event);
      continue;
    }
    const begun = open.get(event.op);
    if (begun === undefined) throw new HistoryError(`${process}: operation ${event.op} ends before it begins`);
    open.delete(event.op);
    const end = event.type === "unknown" ? Number.POSITIVE_INFINITY : event.at;
    done.push({ ...begunBy(process, begun), output: event.value ?? null, end, outcome: event.type });
  }
  const never = [...open.values()].map((begun): Operation => {
    return { ...begunBy(process, begun), output: null, end: Number.POSITIVE_INFINITY, outcome: "unknown" };
  });
  return [...done, ...never].sort((a, b) => a.start - b.start);
}

function begunBy(process: string, { workload, key, f, value, at }: Invocation) {
  return { process, workload, key, f, input: value ?? null, start: at };
}
