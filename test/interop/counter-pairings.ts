import { type CounterAt, startCuratorCounter, startKazooCounter } from "./recipe-peer.js";

export function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

export function int64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64BE(BigInt(value));
  return bytes;
}

export const text = (value: number) => Buffer.from(String(value));

/** A counter of another library, and what zookit calls the form in which it is stored. */
interface CounterPairing {
  readonly name: string;
  readonly start: typeof startKazooCounter;
  readonly encoding: "curator" | "curator-int32" | "kazoo";
  readonly form?: CounterAt["form"];
  readonly stored: (value: number) => Buffer;
  /** Whether the peer makes the znode: with this form, a znode without data is no counter, or one of another width. */
  readonly isMadeByPeer: boolean;
}

const inKazoo = { start: startKazooCounter, isMadeByPeer: false } as const;
const inCurator = { start: startCuratorCounter, encoding: "curator" } as const;

export const counterPairings: readonly CounterPairing[] = [
  { ...inKazoo, name: "kazoo Counter", encoding: "kazoo", stored: text },
  {
    ...inKazoo,
    name: "kazoo Counter with support_curator",
    encoding: "curator-int32",
    form: "curator",
    stored: int32,
    // kazoo takes a znode without data for a broken one.
    isMadeByPeer: true,
  },
  { ...inCurator, name: "Curator DistributedAtomicLong", form: "long", stored: int64, isMadeByPeer: false },
  {
    ...inCurator,
    name: "Curator DistributedAtomicInteger",
    encoding: "curator-int32",
    form: "integer",
    stored: int32,
    isMadeByPeer: false,
  },
  {
    ...inCurator,
    name: "Curator SharedCount",
    encoding: "curator-int32",
    form: "shared",
    stored: int32,
    isMadeByPeer: true,
  },
];
