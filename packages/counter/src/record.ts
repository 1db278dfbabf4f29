/**
 * A counter's own format: the value, and for each of its latest writers the number of that writer's latest write. It makes
 * a lost answer decidable: whoever finds its own number there knows that it was applied (H75).
 *
 * JSON: `{"value":5,"writers":[["<id>",3],…]}`, the latest writer last.
 */
import type { Stat } from "@zookit/core";
import { unreadable } from "./encoding.js";

/** How many writers a counter remembers. A writer that is forgotten can get an answer of "unknown". */
export const WRITER_LIMIT = 64;

export interface Record {
  readonly value: number;
  readonly writers: readonly (readonly [id: string, write: number])[];
}

/** @throws {UnreadableCounterError} */
export function readRecord(data: Buffer, path: string, initial: number): Record {
  if (data.length === 0) return { value: initial, writers: [] };
  try {
    const record = JSON.parse(data.toString("utf8")) as Partial<Record> | null;
    if (Number.isSafeInteger(record?.value) && Array.isArray(record?.writers)) return record as Record;
  } catch {
    // Told below.
  }
  throw unreadable(path, "a counter of zookit's own format");
}

/** The record after a write. */
export function written(record: Record, value: number, writer: string, write: number): Buffer {
  const others = record.writers.filter(([id]) => id !== writer);
  const writers = [...others, [writer, write] as const].slice(-WRITER_LIMIT);
  return Buffer.from(JSON.stringify({ value, writers } satisfies Record), "utf8");
}

/**
 * Whether a record contains a write. `undefined`: it cannot tell, because so many writes have followed the one that it was
 * based on that its writer may have been forgotten.
 */
export function containsWrite(
  record: Record,
  found: Stat,
  sent: { readonly base: Stat; readonly writer: string; readonly write: number },
): boolean | undefined {
  const latest = record.writers.find(([id]) => id === sent.writer);
  if (latest !== undefined) return latest[1] >= sent.write;
  const writesSince = (found.version - sent.base.version) | 0;
  return writesSince >= 0 && writesSince < WRITER_LIMIT ? false : undefined;
}
