import { UnreadableCounterError } from "./errors.js";

/** How a counter's value is stored. */
export type CounterEncoding = "own" | "kazoo" | "curator" | "curator-int32";

export const ENCODINGS: readonly CounterEncoding[] = ["own", "kazoo", "curator", "curator-int32"];

const INT32 = { min: -(2 ** 31), max: 2 ** 31 - 1 };
const SAFE = { min: Number.MIN_SAFE_INTEGER, max: Number.MAX_SAFE_INTEGER };

/** A value as it was found, and what values can be put in its place. */
export interface Found {
  readonly value: number;
  readonly range: { readonly min: number; readonly max: number };
  /** The same bytes with another value. */
  encode(value: number): Buffer;
}

/**
 * kazoo's counter: the number as decimal text; empty data stands for the initial value.
 *
 * @throws {UnreadableCounterError} anything else, a fraction among it.
 */
export function readKazoo(data: Buffer, path: string, initial: number): Found {
  const text = data.toString("latin1");
  const value = text === "" ? initial : Number(text);
  if (!/^(?:-?\d+)?$/.test(text) || !Number.isSafeInteger(value))
    throw unreadable(path, "an integer in decimal digits");
  return { value, range: SAFE, encode: (next) => Buffer.from(String(next), "latin1") };
}

/**
 * Curator's: eight bytes, as DistributedAtomicLong writes, or four, as DistributedAtomicInteger, SharedCount and kazoo's
 * counter with `support_curator` do. What is found keeps its width; `bytes` is that of what there is not yet.
 *
 * @throws {UnreadableCounterError} another length, or a number beyond ±(2⁵³ − 1).
 */
export function readCurator(data: Buffer, path: string, initial: number, bytes: 4 | 8 = 8): Found {
  if (data.length === 0) {
    return bytes === 4
      ? { value: initial, range: INT32, encode: encodeInt32 }
      : { value: initial, range: SAFE, encode: encodeInt64 };
  }
  if (data.length === 4) return { value: data.readInt32BE(), range: INT32, encode: encodeInt32 };
  const value = data.length === 8 ? Number(data.readBigInt64BE()) : Number.NaN;
  if (!Number.isSafeInteger(value)) throw unreadable(path, "a big-endian integer of four or eight bytes");
  return { value, range: SAFE, encode: encodeInt64 };
}

function encodeInt32(value: number): Buffer {
  const data = Buffer.alloc(4);
  data.writeInt32BE(value);
  return data;
}

function encodeInt64(value: number): Buffer {
  const data = Buffer.alloc(8);
  data.writeBigInt64BE(BigInt(value));
  return data;
}

export function unreadable(path: string, expected: string): UnreadableCounterError {
  return new UnreadableCounterError(`the znode ${path} does not hold ${expected}: is it another kind of counter?`, {
    path,
  });
}
