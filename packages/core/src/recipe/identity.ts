/**
 * How a znode says whose it is: the identifier as UTF-8, which is what kazoo and Curator read there. Further data follow
 * after a NUL.
 */
export interface Identity {
  readonly identifier: string;
  readonly data: Buffer;
}

const SEPARATOR = 0;

export function encodeIdentity({ identifier, data }: Identity): Buffer {
  const bytes = Buffer.from(identifier, "utf8");
  return data.length === 0 ? bytes : Buffer.concat([bytes, Buffer.of(SEPARATOR), data]);
}

export function decodeIdentity(stored: Buffer): Identity {
  const end = stored.indexOf(SEPARATOR);
  if (end < 0) return { identifier: stored.toString("utf8"), data: Buffer.alloc(0) };
  return { identifier: stored.toString("utf8", 0, end), data: stored.subarray(end + 1) };
}
