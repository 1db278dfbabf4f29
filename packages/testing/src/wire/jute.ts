/**
 * Jute, the serialization of ZooKeeper's protocol: big-endian numbers, and lengths of 32 bits before everything whose
 * length varies, with -1 for null. A codec both reads and writes, so that each record is declared once.
 *
 * @see ZooKeeper's `zookeeper.jute` for the records, its class `BinaryInputArchive` for how null is written
 */
import { Input, Output } from "./bytes.js";
import { ProtocolError } from "./protocol-error.js";

/** How values of one type stand on the wire. */
export interface Codec<Value> {
  write(output: Output, value: Value): void;
  /** @throws {ProtocolError} the bytes are truncated or malformed. */
  read(input: Input): Value;
}

/** The type of the values of a codec. */
export type ValueOf<C> = C extends Codec<infer Value> ? Value : never;

export const bool: Codec<boolean> = {
  write: (output, value) => void output.claim(1).writeUInt8(value ? 1 : 0),
  read: (input) => input.take(1).readUInt8() !== 0,
};

/** 32 bits, signed. */
export const int: Codec<number> = {
  write: (output, value) => void output.claim(4).writeInt32BE(value),
  read: (input) => input.take(4).readInt32BE(),
};

/** 64 bits, signed. */
export const long: Codec<bigint> = {
  write: (output, value) => void output.claim(8).writeBigInt64BE(value),
  read: (input) => input.take(8).readBigInt64BE(),
};

/** Bytes or null, which are two things: a znode without data is not one with no bytes. What is read is a copy. */
export const buffer: Codec<Buffer | null> = {
  write: (output, value) => {
    int.write(output, value === null ? -1 : value.length);
    if (value !== null) output.claim(value.length).set(value);
  },
  read: (input) => {
    const length = readLength(input);
    // A copy: what is kept of a frame must not keep the whole chunk that the socket delivered.
    return length === undefined ? null : Buffer.from(input.take(length));
  },
};

/** Text in UTF-8, or null. As in Java, bytes that are no UTF-8 are read as U+FFFD. */
export const nullableUstring: Codec<string | null> = {
  write: (output, value) => buffer.write(output, value === null ? null : Buffer.from(value, "utf8")),
  read: (input) => {
    const length = readLength(input);
    return length === undefined ? null : input.take(length).toString("utf8");
  },
};

/** Text in UTF-8 where null makes no sense, and is malformed. */
export const ustring: Codec<string> = {
  write: nullableUstring.write,
  read: (input) => {
    const text = nullableUstring.read(input);
    if (text === null) throw new ProtocolError("null where a string is needed");
    return text;
  },
};

/** A list. Java clients may send null, which no operation tells from an empty list. */
export function vector<Value>(element: Codec<Value>): Codec<readonly Value[]> {
  return {
    write: (output, values) => {
      int.write(output, values.length);
      for (const value of values) element.write(output, value);
    },
    read: (input) => {
      const length = readLength(input) ?? 0;
      const values: Value[] = [];
      // Not allocated by the length that the bytes claim: they may be lying. Every element takes a byte at least.
      for (let index = 0; index < length; index++) values.push(element.read(input));
      return values;
    },
  };
}

/** A field that older peers leave out at the end of a frame: undefined when nothing is left to read. */
export function trailing<Value>(field: Codec<Value>): Codec<Value | undefined> {
  return {
    write: (output, value) => {
      if (value !== undefined) field.write(output, value);
    },
    read: (input) => (input.remaining === 0 ? undefined : field.read(input)),
  };
}

/** Fields one after the other, in the order in which they are declared. */
export function record<Fields extends object>(
  fields: { readonly [Name in keyof Fields]: Codec<Fields[Name]> },
): Codec<Readonly<Fields>> {
  const names = Object.keys(fields) as (keyof Fields)[];
  return {
    write: (output, value) => {
      for (const name of names) fields[name].write(output, value[name]);
    },
    read: (input) => {
      const value: Partial<Fields> = {};
      for (const name of names) value[name] = fields[name].read(input);
      return value as Fields;
    },
  };
}

/** The bytes of a value. */
export function encode<Value>(codec: Codec<Value>, value: Value): Buffer {
  const output = new Output();
  codec.write(output, value);
  return output.bytes();
}

/**
 * The value that the bytes are, all of them.
 *
 * @throws {ProtocolError} the bytes are truncated, malformed, or too many.
 */
export function decode<Value>(codec: Codec<Value>, bytes: Buffer): Value {
  const input = new Input(bytes);
  const value = codec.read(input);
  if (input.remaining > 0) throw new ProtocolError(`${input.remaining} bytes too many`);
  return value;
}

/** undefined stands for null. */
function readLength(input: Input): number | undefined {
  const length = int.read(input);
  if (length < -1) throw new ProtocolError(`a length of ${length}`);
  return length === -1 ? undefined : length;
}
