import {
  type Change,
  type Identity,
  Leader,
  type LogEntry,
  type Read,
  type ReadResult,
  Replica,
  type SessionGrant,
  type WatchesToSet,
  type WatchKind,
  type Write,
  type WriteResult,
} from "../model/index.js";
import type { ServerSettings } from "./options.js";

/** A connection, as the service sees it. */
export interface Client {
  /** The session that it serves; 0 before there is one. */
  readonly session: bigint;
  readonly identities: readonly Identity[];
  /** Tells of a change that the connection has a watch for. */
  notify(change: Change): void;
  /** Ends the connection. What was sent before still arrives. */
  close(): void;
}

/** What a client asks for in its handshake. */
export interface Handshake {
  /** 0 for a new session. */
  readonly sessionId: bigint;
  readonly password: Buffer;
  readonly timeoutMs: number;
}

/** A session that is open. */
export interface OpenSession {
  readonly timeoutMs: number;
  readonly client: Client | undefined;
}

/**
 * One ZooKeeper server apart from its sockets: the model's leader and one replica that applies each entry at once, and
 * which connection serves which session. Time is given with each call.
 */
export class Service {
  readonly #leader: Leader;
  readonly #replica: Replica<Client>;
  readonly #sessions = new Map<bigint, OpenSession>();

  /** @param startedAtMs what session ids are taken from, so that no other server's client takes a session over. */
  constructor({ tickMs, minTimeoutMs, maxTimeoutMs, hasTtl }: ServerSettings, startedAtMs: number) {
    this.#leader = new Leader({ tickMs, minTimeoutMs, maxTimeoutMs }, firstSessionId(startedAtMs));
    this.#replica = new Replica({ hasTtl });
  }

  get sessions(): ReadonlyMap<bigint, OpenSession> {
    return this.#sessions;
  }

  get watchCount(): number {
    return this.#replica.watchCount;
  }

  get tree(): Replica<Client>["tree"] {
    return this.#replica.tree;
  }

  /** Opens a session for a connection, or takes one over; undefined if none of the id and password is open. */
  connect(client: Client, handshake: Handshake, nowMs: number): SessionGrant | undefined {
    const grant = handshake.sessionId === 0n ? this.#open(handshake.timeoutMs, nowMs) : this.#resume(handshake, nowMs);
    if (grant !== undefined) this.#sessions.set(grant.id, { timeoutMs: grant.timeoutMs, client });
    return grant;
  }

  /** A connection is gone: its watches are, too, while its session waits for another. */
  disconnected(client: Client): void {
    this.#replica.dropWatches(client);
    const session = this.#sessions.get(client.session);
    // It may have been taken over by another connection.
    if (session?.client === client) this.#sessions.set(client.session, { ...session, client: undefined });
  }

  /** Restarts the countdown of the connection's session. */
  touch(client: Client, nowMs: number): void {
    this.#leader.sessions.touch(client.session, nowMs);
  }

  /** Executes a write. Who watches is told before the result is known. */
  write(client: Client, write: Write, nowMs: number): WriteResult {
    return this.#apply(this.#leader.commit(client.session, client.identities, write, nowMs));
  }

  read(client: Client, read: Read, isWatched: boolean): ReadResult {
    return this.#replica.read(read, client.identities, isWatched ? client : undefined);
  }

  /** Sets a connection's watches again, and tells what it has missed. */
  setWatches(client: Client, wanted: WatchesToSet): void {
    for (const change of this.#replica.setWatches(wanted, client)) client.notify(change);
  }

  addWatch(client: Client, path: string, isRecursive: boolean): void {
    this.#replica.addWatch(path, isRecursive, client);
  }

  hasWatch(client: Client, kinds: readonly WatchKind[], path: string): boolean {
    return this.#replica.hasWatch(kinds, path, client);
  }

  /** False if there were none. */
  removeWatches(client: Client, kinds: readonly WatchKind[], path: string): boolean {
    return this.#replica.removeWatches(kinds, path, client);
  }

  /** Ends a session at its client's wish. The connection is left for the reply. */
  closeSession(id: bigint, nowMs: number): void {
    const entry = this.#leader.closeSession(id, nowMs);
    this.#sessions.delete(id);
    if (entry !== undefined) this.#apply(entry);
  }

  /** Ends a session as if its time were up, and its connection with it. False if it is not open. */
  expireSession(id: bigint, nowMs: number): boolean {
    const session = this.#sessions.get(id);
    if (session === undefined) return false;
    this.closeSession(id, nowMs);
    session.client?.close();
    return true;
  }

  /** Ends the sessions whose time is up. */
  expireOverdue(nowMs: number): void {
    for (const id of this.#leader.sessions.overdue(nowMs)) this.expireSession(id, nowMs);
  }

  /** Removes empty containers and TTL znodes whose time is up. */
  reap(nowMs: number): void {
    for (const path of this.#replica.tree.due(nowMs)) this.#apply(this.#leader.reap(path, nowMs));
  }

  /** Begins anew with the data that is there, as servers do that were restarted: every session has its whole timeout. */
  restart(nowMs: number): void {
    this.#leader.beginEpoch(nowMs);
    for (const { client } of this.#sessions.values()) client?.close();
  }

  #open(timeoutMs: number, nowMs: number): SessionGrant {
    const { grant, entry } = this.#leader.openSession(timeoutMs, nowMs);
    this.#apply(entry);
    return grant;
  }

  #resume({ sessionId, password, timeoutMs }: Handshake, nowMs: number): SessionGrant | undefined {
    // As with ZooKeeper, before it looks at the password.
    this.#sessions.get(sessionId)?.client?.close();
    return this.#leader.sessions.resume(sessionId, password, nowMs, timeoutMs);
  }

  #apply(entry: LogEntry): WriteResult {
    const { result, notifications } = this.#replica.apply(entry);
    for (const { watcher, change } of notifications) watcher.notify(change);
    return result;
  }
}

/** The server's number in the first 8 bits, then the time. @see ZooKeeper's SessionTrackerImpl.initializeNextSessionId */
function firstSessionId(startedAtMs: number): bigint {
  const serverNumber = 1n;
  return (serverNumber << 56n) | BigInt.asUintN(56, BigInt(startedAtMs) << 16n);
}
