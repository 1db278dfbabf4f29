import type { Identity, LogEntry, Write } from "./request.js";
import { type SessionGrant, type SessionLimits, Sessions } from "./sessions.js";

/** Whoever a write comes from that no client has sent. */
const NOBODY: readonly Identity[] = [];

/** zxids are an epoch, which begins with each leader, and a counter within it. */
const EPOCH_SHIFT = 32n;

/**
 * The leader's part: it gives writes their order and keeps the countdowns of sessions. Each method returns the entry that
 * is committed by it; every server executes all entries in their order.
 */
export class Leader {
  readonly sessions: Sessions;
  #epoch = 1n;
  #counter = 0n;

  /** @param firstSessionId what sessions are numbered from. */
  constructor(limits: SessionLimits, firstSessionId = 0x1000_0000_0000_0001n) {
    this.sessions = new Sessions(limits, firstSessionId);
  }

  /** Commits a client's write. A session that is not open gets its refusal when the entry is executed. */
  commit(session: bigint, identities: readonly Identity[], write: Write, nowMs: number): LogEntry {
    this.#counter++;
    const zxid = (this.#epoch << EPOCH_SHIFT) | this.#counter;
    return { zxid, timeMs: nowMs, session, identities, write };
  }

  openSession(askedTimeoutMs: number, nowMs: number): { readonly grant: SessionGrant; readonly entry: LogEntry } {
    const grant = this.sessions.open(askedTimeoutMs, nowMs);
    const write: Write = { type: "openSession", timeoutMs: grant.timeoutMs };
    return { grant, entry: this.commit(grant.id, NOBODY, write, nowMs) };
  }

  /** Ends a session, at its client's wish or because its time is up; `undefined` if it had ended. */
  closeSession(id: bigint, nowMs: number): LogEntry | undefined {
    if (!this.sessions.close(id)) return undefined;
    return this.commit(id, NOBODY, { type: "closeSession" }, nowMs);
  }

  /** Ends every session whose countdown is over. */
  expire(nowMs: number): readonly LogEntry[] {
    return this.sessions.overdue(nowMs).flatMap((id) => this.closeSession(id, nowMs) ?? []);
  }

  /** Deletes a container or TTL znode that is due. */
  reap(path: string, nowMs: number): LogEntry {
    return this.commit(0n, NOBODY, { type: "reap", path }, nowMs);
  }

  /** A new leader has been elected: a new epoch begins, and every session gets its whole timeout. */
  beginEpoch(nowMs: number): void {
    this.#epoch++;
    this.#counter = 0n;
    this.sessions.restart(nowMs);
  }
}
