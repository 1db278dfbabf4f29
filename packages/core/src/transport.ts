/**
 * The port: the one small interface between the session-aware core and whatever speaks to ZooKeeper.
 *
 * An adapter keeps one session connected and carries requests and replies in order. It holds no policy: it never
 * repeats a request, never judges whether a session is still valid, and never hides a lost reply.
 */
import type { Acl, Auth } from "./acl.js";
import type { HostAddress } from "./hosts.js";
import type { CreateMode, Stat } from "./znode.js";

/**
 * What one transport can do and another cannot. Core asks for a capability, never for an adapter.
 *
 * - `create-with-acl`: a znode is created with its ACL in one request. Without it core creates, then sets the ACL.
 */
export type TransportCapability = "create-with-acl";

/** Requests by name, with the value that a successful reply carries. Paths are absolute server paths. */
export interface Operations {
  create: {
    request: { path: string; data: Buffer; mode: CreateMode; ttlMs?: number | undefined; acl?: readonly Acl[] };
    /** The path created, with its sequence number. */
    value: string;
  };
  delete: { request: { path: string; version: number }; value: undefined };
  exists: { request: { path: string; watch: boolean }; value: Stat };
  get: { request: { path: string; watch: boolean }; value: { data: Buffer; stat: Stat } };
  children: { request: { path: string; watch: boolean }; value: { children: string[]; stat: Stat } };
  set: { request: { path: string; data: Buffer; version: number }; value: Stat };
  setAcl: { request: { path: string; acl: readonly Acl[]; version: number }; value: undefined };
  sync: { request: { path: string }; value: undefined };
}

export type OperationName = keyof Operations;

/** A reply: ZooKeeper's code, and the value when it is 0. `sent` is false when the request never left the client. */
export type Reply<Value> =
  | { readonly code: 0; readonly value: Value }
  | { readonly code: number; readonly value?: undefined; readonly sent: boolean };

/** A one-shot watch that has fired: once per path, however many readers had asked for it. */
export interface WatchEvent {
  readonly type: "created" | "deleted" | "changed" | "child";
  readonly path: string;
}

/**
 * What an adapter reports about its session. Calls come one at a time and in the order of ZooKeeper's own replies and
 * events, each followed by a drain of the microtask queue.
 */
export interface TransportEvents {
  /** The session is established, or connected again. */
  connected(session: { readonly id: string; readonly timeoutMs: number }): void;
  /** The connection is gone; requests in flight are about to fail. The adapter is trying to connect again. */
  disconnected(): void;
  /** An attempt to connect has failed; the adapter goes on trying. */
  connectFailed(cause: Error): void;
  /** The server has ended the session, or refused the credentials. Nothing follows. */
  ended(reason: "expired" | "auth-failed"): void;
  watch(event: WatchEvent): void;
}

export interface SessionRequest {
  readonly hosts: readonly HostAddress[];
  readonly sessionTimeoutMs: number;
  readonly auth: readonly Auth[];
}

/** One ZooKeeper session, from its first connection to its end. */
export interface TransportSession {
  /**
   * Sends one request. The promise always resolves. A watch asked for lasts as long as the connection does at least:
   * core reads again what it waits for when the session is connected again.
   */
  submit<Name extends OperationName>(
    operation: Name,
    request: Operations[Name]["request"],
  ): Promise<Reply<Operations[Name]["value"]>>;
  /** Ends the session at the server if it can be reached, and releases everything. Requests in flight fail. */
  close(): Promise<void>;
}

export interface Transport {
  readonly name: string;
  readonly capabilities: ReadonlySet<TransportCapability>;
  /** Starts to connect; returns at once. Rejects nothing: what happens is told through `events`. */
  open(request: SessionRequest, events: TransportEvents): TransportSession;
}
