import { TestingError } from "../errors.js";
import { Leader, type LogEntry, type SessionGrant, type Write } from "../model/index.js";
import type { Connection, Hello } from "./connection.js";
import { sessionName } from "./port.js";

const AT_ONCE = Promise.resolve();

/**
 * What the servers of a simulated ensemble agree on: the log of committed entries, which sessions are open, and which
 * connection each is served by. Committing is one step here; what a real ensemble does to get there cannot be seen by
 * clients, but as a request that is lost.
 */
export class Quorum {
  /** All committed entries, in their order. */
  readonly log: LogEntry[] = [];
  readonly #leader: Leader;
  readonly #onCommit: () => void;
  readonly #owners = new Map<bigint, Connection>();
  #expiryTimer: NodeJS.Timeout | undefined;

  /** @param onCommit called after each commit, when whoever committed has come to an end. */
  constructor(tickMs: number, onCommit: () => void) {
    this.#leader = new Leader({ tickMs, minTimeoutMs: 2 * tickMs, maxTimeoutMs: 20 * tickMs });
    this.#onCommit = onCommit;
  }

  /** Sessions that have not ended, as in `zk.session.id`. */
  get sessions(): readonly string[] {
    return this.#leader.sessions.ids.map(sessionName);
  }

  /** @throws {TestingError} `unknown-session` */
  idOf(session: string): bigint {
    const id = /^0x[0-9a-f]{1,16}$/.test(session) ? BigInt(session) : undefined;
    if (id === undefined || this.grantOf(id) === undefined) {
      throw new TestingError("unknown-session", `there is no session ${session}`);
    }
    return id;
  }

  /** What was granted to a session; `undefined` if it has ended. */
  grantOf(id: bigint): SessionGrant | undefined {
    return this.#leader.sessions.grantOf(id);
  }

  /** The connection by which a session is served at present. */
  ownerOf(id: bigint): Connection | undefined {
    return this.#owners.get(id);
  }

  /** Commits a client's write; returns its place in the log. */
  commit({ session = 0n, identities }: Connection, write: Write): number {
    return this.#append(this.#leader.commit(session, identities, write, Date.now()));
  }

  openSession(connection: Connection, timeoutMs: number): number {
    const { grant, entry } = this.#leader.openSession(timeoutMs, performance.now());
    connection.session = grant.id;
    this.#owners.set(grant.id, connection);
    this.#armExpiry();
    return this.#append(entry);
  }

  /** Gives a session to another connection; the one that had it is cut. */
  resumeSession(connection: Connection, { id, password }: NonNullable<Hello["session"]>): "resumed" | "expired" {
    if (this.#leader.sessions.resume(id, password, performance.now()) === undefined) return "expired";
    const previous = this.#owners.get(id);
    this.#owners.set(id, connection);
    connection.session = id;
    previous?.cut();
    return "resumed";
  }

  /** Ends a session, at its client's wish or before its time; `undefined` if it had ended. */
  closeSession(id: bigint): number | undefined {
    const entry = this.#leader.closeSession(id, performance.now());
    return entry && this.#append(entry);
  }

  /** The leader has heard of a client. */
  touch(id: bigint): void {
    this.#leader.sessions.touch(id, performance.now());
  }

  /** Another leader: a new epoch, and the whole timeout again for every session. */
  beginEpoch(): void {
    this.#leader.beginEpoch(performance.now());
    this.#armExpiry();
    this.#onCommit();
  }

  #append(entry: LogEntry): number {
    const place = this.log.push(entry) - 1;
    // Not within the request that has committed it: servers apply it in their own time.
    void AT_ONCE.then(this.#onCommit);
    return place;
  }

  #armExpiry(): void {
    clearTimeout(this.#expiryTimer);
    const nextMs = this.#leader.sessions.nextExpiryMs;
    if (nextMs === undefined) return;
    const expire = () => {
      for (const entry of this.#leader.expire(performance.now())) this.#append(entry);
      this.#armExpiry();
    };
    this.#expiryTimer = setTimeout(expire, Math.max(1, nextMs - performance.now()));
  }
}
