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
  const record = findRecord(data, initial);
  if (record === undefined) throw unreadable(path, "a counter of zookit's own format");
  return record;
}

/** The same; `undefined` if there is none in the data. */
export function findRecord(data: Buffer, initial: number): Record | undefined {
  if (data.length === 0) return { value: initial, writers: [] };
  try {
    const record = JSON.parse(data.toString("utf8")) as Partial<Record> | null;
    const isRecord = Number.isSafeInteger(record?.value) && Array.isArray(record?.writers);
    if (isRecord && record?.writers?.every(isWriter)) return record as Record;
  } catch {
    // It is no JSON.
  }
  return undefined;
}

function isWriter(entry: unknown): boolean {
  return Array.isArray(entry) && typeof entry[0] === "string" && Number.isSafeInteger(entry[1]);
}

/** The record after a write. */
export function written(record: Record, value: number, writer: string, write: number): Buffer {
  const others = record.writers.filter(([id]) => id !== writer);
  const writers = [...others, [writer, write] as const].slice(-WRITER_LIMIT);
  return Buffer.from(JSON.stringify({ value, writers } satisfies Record), "utf8");
}

/**
 * Whether a record contains a write. `undefined`: it cannot tell, because the writer may have been forgotten since.
 *
 * It has not been forgotten while there is room, nor before so many writes have followed the one that it was based on, nor
 * while somebody is remembered whose latest write is older than that: the oldest go first.
 *
 * @param base what the write was based on.
 */
export function containsWrite(
  record: Record,
  found: Stat,
  sent: { readonly base: Record; readonly baseStat: Stat; readonly writer: string; readonly write: number },
): boolean | undefined {
  const latest = record.writers.find(([id]) => id === sent.writer);
  if (latest !== undefined) return latest[1] >= sent.write;
  if (record.writers.length < WRITER_LIMIT) return false;
  const writesSince = (found.version - sent.baseStat.version) | 0;
  if (writesSince >= 0 && writesSince < WRITER_LIMIT) return false;
  const [oldest] = record.writers;
  const isOlder = sent.base.writers.some(([id, write]) => id === oldest?.[0] && write === oldest[1]);
  return isOlder ? false : undefined;
}
