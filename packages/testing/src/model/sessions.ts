/** What clients may ask for, and how exactly the leader counts. ZooKeeper's defaults are 2 and 20 ticks. */
export interface SessionLimits {
  readonly tickMs: number;
  readonly minTimeoutMs: number;
  readonly maxTimeoutMs: number;
}

export interface SessionGrant {
  readonly id: bigint;
  readonly password: Buffer;
  readonly timeoutMs: number;
}

interface Open {
  grant: SessionGrant;
  expiresAtMs: number;
}

/** The leader's countdowns: which sessions are open, and until when. Time is given with each call. */
export class Sessions {
  readonly #limits: SessionLimits;
  readonly #open = new Map<bigint, Open>();
  #nextId: bigint;

  /** @param firstId what sessions are numbered from. */
  constructor(limits: SessionLimits, firstId: bigint) {
    this.#limits = limits;
    this.#nextId = firstId;
  }

  get ids(): readonly bigint[] {
    return [...this.#open.keys()];
  }

  open(askedTimeoutMs: number, nowMs: number): SessionGrant {
    const id = this.#nextId++;
    const timeoutMs = this.#clamp(askedTimeoutMs);
    // It need not be secret: this is a server for tests.
    const password = Buffer.alloc(16, "zookit");
    password.writeBigUInt64BE(BigInt.asUintN(64, id), 8);
    const grant = { id, password, timeoutMs };
    this.#open.set(id, { grant, expiresAtMs: this.#expiry(nowMs, timeoutMs) });
    return grant;
  }

  /**
   * Takes a session over to another connection; `undefined` if there is none of the id and password. Its timeout is
   * negotiated anew; without one asked for it stays.
   */
  resume(id: bigint, password: Buffer, nowMs: number, askedTimeoutMs?: number): SessionGrant | undefined {
    const open = this.#open.get(id);
    if (open === undefined || !open.grant.password.equals(password)) return undefined;
    if (askedTimeoutMs !== undefined) open.grant = { ...open.grant, timeoutMs: this.#clamp(askedTimeoutMs) };
    this.touch(id, nowMs);
    return open.grant;
  }

  /** Restarts a countdown, as any contact with the client does. False if the session is not open. */
  touch(id: bigint, nowMs: number): boolean {
    const open = this.#open.get(id);
    if (open === undefined) return false;
    open.expiresAtMs = this.#expiry(nowMs, open.grant.timeoutMs);
    return true;
  }

  /** Gives every session its whole timeout again, as a new leader does. */
  restart(nowMs: number): void {
    for (const id of this.#open.keys()) this.touch(id, nowMs);
  }

  /** What was granted to an open session. */
  grantOf(id: bigint): SessionGrant | undefined {
    return this.#open.get(id)?.grant;
  }

  /** When the next countdown is over, if nothing is heard of that client until then. */
  get nextExpiryMs(): number | undefined {
    const times = [...this.#open.values()].map(({ expiresAtMs }) => expiresAtMs);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Ends a session. False if it was not open. */
  close(id: bigint): boolean {
    return this.#open.delete(id);
  }

  /** Sessions whose countdown is over; they stay open until they are closed. */
  overdue(nowMs: number): readonly bigint[] {
    return [...this.#open].filter(([, open]) => open.expiresAtMs <= nowMs).map(([id]) => id);
  }

  #clamp(askedTimeoutMs: number): number {
    const { minTimeoutMs, maxTimeoutMs } = this.#limits;
    return Math.min(maxTimeoutMs, Math.max(minTimeoutMs, askedTimeoutMs));
  }

  /** Expiry happens in buckets of one tick. @see ZooKeeper's ExpiryQueue */
  #expiry(nowMs: number, timeoutMs: number): number {
    const { tickMs } = this.#limits;
    return (Math.floor((nowMs + timeoutMs) / tickMs) + 1) * tickMs;
  }
}
