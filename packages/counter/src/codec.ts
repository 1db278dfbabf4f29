import type { NodeData, Stat } from "@zookit/core";
import { type CounterEncoding, type Found, readCurator, readKazoo } from "./encoding.js";
import { containsWrite, findRecord, readRecord, written } from "./record.js";

/** One write of one writer. */
export interface Write {
  readonly writer: string;
  readonly number: number;
}

/** How a counter is read and written, for a write that leaves its mark where the format has room for it. */
export interface Codec {
  /** @throws {UnreadableCounterError} */
  read(data: Buffer, write: Write): Found;
  /** Whether the data contains the write that was based on `base`; `undefined`, or no method: it cannot tell. */
  contains?(data: Buffer, found: Stat, base: NodeData, write: Write): boolean | undefined;
}

export function codecFor(encoding: CounterEncoding, path: string, initial: number): Codec {
  if (encoding === "kazoo") return { read: (data) => readKazoo(data, path, initial) };
  if (encoding === "curator") return { read: (data) => readCurator(data, path, initial, 8) };
  if (encoding === "curator-int32") return { read: (data) => readCurator(data, path, initial, 4) };
  return {
    read: (data, { writer, number }) => {
      const record = readRecord(data, path, initial);
      return {
        value: record.value,
        range: { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER },
        encode: (value) => written(record, value, writer, number),
      };
    },
    contains: (data, found, { data: base, stat: baseStat }, { writer, number }) => {
      const record = findRecord(data, initial);
      // Whoever overwrote it with what is no record has also overwritten who had written before.
      if (record === undefined) return undefined;
      return containsWrite(record, found, { base: readRecord(base, path, initial), baseStat, writer, write: number });
    },
  };
}
