/** How many permits a semaphore has, as recorded in ZooKeeper. */
export interface LimitRecord {
  /** How many may be held at a time. */
  readonly limit: number;
  /** What members were told when the limit was set: those that still say so are in agreement, too. */
  readonly declared: number;
}

const BYTES = 4;

/**
 * Curator's `SharedCount` reads the first four bytes as its value and does not look at others, so that its semaphores can
 * follow the limit. What was declared comes behind, where it differs.
 */
export function encodeLimit({ limit, declared }: LimitRecord): Buffer {
  const data = Buffer.alloc(limit === declared ? BYTES : 2 * BYTES);
  data.writeInt32BE(limit);
  if (limit !== declared) data.writeInt32BE(declared, BYTES);
  return data;
}

/** `undefined` for what nobody of us can have written. */
export function decodeLimit(data: Buffer): LimitRecord | undefined {
  if (data.length !== BYTES && data.length !== 2 * BYTES) return undefined;
  const limit = data.readInt32BE();
  return { limit, declared: data.length === BYTES ? limit : data.readInt32BE(BYTES) };
}

/** Whether somebody who says that there are so many permits is in agreement with the record (H62). */
export function agrees({ limit, declared }: LimitRecord, permits: number): boolean {
  return permits === limit || permits === declared;
}
