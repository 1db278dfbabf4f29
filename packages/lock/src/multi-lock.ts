import { InvalidArgumentError, type WaitOptions } from "@zookit/core";
import { checkFunction, checkWithWaitOptions, withDeadline } from "@zookit/core/recipe";
import { gather, type Lockable, type MemberHandle, type Take } from "./gather.js";
import { MultiLockHandle } from "./multi-lock-handle.js";
import { whileHeld } from "./while-held.js";

/**
 * Several locks as one: all of them or none, under one deadline. The object is immutable and cheap; every acquisition gives a
 * {@link MultiLockHandle}.
 *
 * **Protocol.** The members are acquired one after the other, in the order of their paths, whatever order they were given in:
 * multi-locks that have members in common cannot wait for each other in a circle. That holds as long as everybody names the
 * locks by the same paths, and takes no further lock while it holds some. For the same reason no two members may have the
 * same path, also where they belong to different clients: they may be one lock, and there would be no order between them.
 *
 * **Cost.** The sum of the members' costs: the round trips of one come after those of the one before.
 *
 * **Failure.** If one cannot be acquired, those acquired before are released. If one is lost while the others are waited
 * for, with its session say, all are released and acquired anew.
 *
 * @example
 * const both = new MultiLock([new Lock(zk, "/accounts/1"), new Lock(zk, "/accounts/2")]);
 * await both.withLock(async ({ fencingTokens }) => await transfer(fencingTokens), { timeoutMs: 5_000 });
 *
 * @see Curator's InterProcessMultiLock
 */
export class MultiLock {
  /** In the order in which they were given. */
  readonly members: readonly Lockable[];
  /** In the order in which they are acquired. */
  readonly #inOrder: readonly Lockable[];

  /** @throws {InvalidArgumentError} no locks, something else than locks, or two with the same path. */
  constructor(members: readonly Lockable[]) {
    if (!Array.isArray(members) || members.length === 0) {
      throw new InvalidArgumentError("a multi-lock needs an array of one lock at least");
    }
    for (const member of members) checkLockable(member);
    // Copies: the caller may change the array.
    this.members = [...members];
    this.#inOrder = [...members].sort(byPath);
    this.#inOrder.forEach(({ path }, index) => {
      if (path !== this.#inOrder[index + 1]?.path) return;
      throw new InvalidArgumentError(`two members of a multi-lock have the path ${path}`, { path });
    });
  }

  /**
   * Waits until all members are held. `timeoutMs` is the deadline for all of them together; without it and `signal` it waits
   * for ever.
   *
   * @throws {TimeoutError} @throws the signal's reason @throws what a member's `acquire` throws
   */
  async acquire(options?: WaitOptions): Promise<MultiLockHandle> {
    const take = async (member: Lockable, signal: AbortSignal) => await member.acquire({ signal });
    const handles = await this.#gather<never>("acquiring", checkWithWaitOptions<WaitOptions>(options), take);
    return this.#handleOf(handles);
  }

  /**
   * Takes all members if that needs no waiting for other contenders, else none of them, and resolves with `undefined`. It
   * waits for connections, as the members' own `tryAcquire` does; `timeoutMs` bounds that in all.
   *
   * @throws {TimeoutError} @throws the signal's reason @throws what a member's `tryAcquire` throws
   */
  async tryAcquire(options?: WaitOptions): Promise<MultiLockHandle | undefined> {
    const take = async (member: Lockable, signal: AbortSignal) => await member.tryAcquire({ signal });
    const handles = await this.#gather("trying", checkWithWaitOptions<WaitOptions>(options), take);
    return handles && this.#handleOf(handles);
  }

  /**
   * Runs `fn` while holding all members, and releases them afterwards, whatever happens. If one was lost meanwhile, it rejects
   * with {@link LockLostError} even if `fn` returned normally. `signal` and `timeoutMs` bound the wait for the locks, not `fn`.
   *
   * @throws {LockLostError} @throws what {@link acquire} throws, and what `fn` throws.
   */
  async withLock<T>(fn: (handle: MultiLockHandle) => Promise<T> | T, options?: WaitOptions): Promise<T> {
    checkFunction("fn", fn);
    return await whileHeld(await this.acquire(options), { name: this.#name }, fn);
  }

  async #gather<Refusal extends undefined>(
    doing: string,
    options: WaitOptions,
    take: Take<Refusal>,
  ): Promise<readonly MemberHandle[] | Refusal> {
    return await withDeadline(options, `${doing} ${this.#name}`, {}, (signal) => gather(this.#inOrder, take, signal));
  }

  /** @param handles in the order in which they were acquired. */
  #handleOf(handles: readonly MemberHandle[]): MultiLockHandle {
    const byMember = new Map(this.#inOrder.map((member, index) => [member, handles[index]]));
    return new MultiLockHandle(this.members.flatMap((member) => byMember.get(member) ?? []));
  }

  get #name(): string {
    return `the locks ${this.members.map(({ path }) => path).join(", ")}`;
  }
}

function checkLockable(member: unknown): void {
  const { path, acquire, tryAcquire } = Object(member) as Record<keyof Lockable, unknown>;
  const isLockable = typeof path === "string" && typeof acquire === "function" && typeof tryAcquire === "function";
  if (!isLockable) throw new InvalidArgumentError("a member of a multi-lock must be a lock");
}

/** By code units, which is the same on every machine; not as a language would sort them. */
function byPath(a: Lockable, b: Lockable): number {
  if (a.path === b.path) return 0;
  return a.path < b.path ? -1 : 1;
}
