/** The part of the npm `zookeeper` package that the adapter uses, typed by hand: its own declarations omit `native`. */
import ZooKeeperClient from "zookeeper";

export interface NativeStat {
  readonly czxid: number;
  readonly mzxid: number;
  readonly pzxid: number;
  readonly dataLength: number;
  readonly numChildren: number;
  readonly version: number;
  readonly cversion: number;
  readonly aversion: number;
  readonly ctime: Date;
  readonly mtime: Date;
  /** Hexadecimal without a prefix; `0` for a znode that is not ephemeral. */
  readonly ephemeralOwner: string;
}

type Done<Values extends unknown[]> = (code: number, message: string, ...values: Values) => void;

/**
 * The binding's C++ object. Left out: `a_get_acl`, which crashes the process on every answer but success, and the `aw_*`
 * forms, which leak each watcher (N4). Every call returns the C client's code; unless it is 0, the
 * callback is never called.
 */
export interface NativeHandle {
  /** What the C client does now: 1 connecting, 2 associating, 3 connected; anything else is not trying (N6). */
  readonly state: number;
  readonly client_id: string;
  readonly client_password: string;
  readonly timeout: number;
  emit: (event: string, handle: unknown, value: unknown) => void;
  /** Returns an Error, rather than throwing it, when it cannot even begin (N7). */
  init(config: Readonly<Record<string, unknown>>): unknown;
  close(): void;
  add_auth(scheme: string, credentials: string, done: Done<[]>): number;
  a_create(path: string, data: Buffer, flags: number, done: Done<[path: string]>): number;
  a_create_ttl(path: string, data: Buffer, flags: number, ttlMs: number, done: Done<[path: string]>): number;
  a_delete_(path: string, version: number, done: Done<[]>): number;
  a_exists(path: string, watch: boolean, done: Done<[stat: NativeStat]>): number;
  a_get(path: string, watch: boolean, done: Done<[stat: NativeStat, data: Buffer | null]>): number;
  a_get_children2(path: string, watch: boolean, done: Done<[children: string[], stat: NativeStat]>): number;
  a_set(path: string, data: Buffer, version: number, done: Done<[stat: NativeStat]>): number;
  a_set_acl(path: string, version: number, acl: readonly object[], done: Done<[]>): number;
  a_sync(path: string, done: Done<[path: string]>): number;
}

export const STATE_CONNECTED = 3;
const STATE_CONNECTING = 1;
const STATE_ASSOCIATING = 2;

/** Whether the C client is connected or on its way; otherwise it may never try again by itself (N6, N11). */
export function isTrying(handle: NativeHandle): boolean {
  return [STATE_CONNECTING, STATE_ASSOCIATING, STATE_CONNECTED].includes(handle.state);
}

/**
 * A fresh native object. The JavaScript wrapper around it is not used: it formats every call's arguments for a log that
 * nobody reads, and its promises drop the error codes.
 */
export function createHandle(): NativeHandle {
  return (new ZooKeeperClient({}) as unknown as { readonly native: NativeHandle }).native;
}
