import { randomUUID } from "node:crypto";
import type { ZooKeeper } from "@zookit/core";
import {
  type Client,
  digestOf,
  enterSeat,
  join,
  keepSeat,
  type Latest,
  type LiveSession,
  leaveSeat,
  patienceOf,
  perform,
  rewriteSeat,
  type Seat,
} from "@zookit/core/recipe";
import { assignInTurn } from "./assigner.js";
import { PartitionRevokedError, PartitionSetMismatchError } from "./errors.js";
import { Keeper, type Keeping } from "./keeper.js";
import type { Paths } from "./paths.js";
import { decodePlan, type Plan, partitionsOf } from "./plan.js";
import { encodeSeated } from "./seated.js";
import { type PartitionSet, setOf } from "./set.js";
import type { PartitionFunction } from "./tenure.js";

/** Who runs, and where. */
export interface Runner {
  readonly zk: ZooKeeper;
  readonly client: Client;
  readonly paths: Paths;
  readonly identifier: string;
  readonly weight: number;
  readonly settleMs: number;
}

/** The set as a member knows it: what it was given, and then what it and the others have made of it. */
export type KnownSet = Latest<PartitionSet>;

/**
 * One run of one member: from its seat to the end of the last call.
 *
 * Three things go on at the same time, until one of them fails or the signal aborts: it keeps its seat, it follows the plan
 * with a keeper for each partition of its own, and it waits for its turn as the assigner.
 */
export class Run {
  readonly #runner: Runner;
  readonly #set: KnownSet;
  readonly #id = randomUUID();
  readonly #keeping: Keeping;
  readonly #keepers = new Map<string, Keeper>();
  #wanted: ReadonlySet<string> = new Set();
  /** Aborts when the run is to end, with what it ends with. */
  readonly #stop = new AbortController();
  /** Whether it was in the plan once: from then on it goes along with what the set becomes. */
  #isAccepted = false;

  constructor(runner: Runner, set: KnownSet, fn: PartitionFunction) {
    const { client, paths, identifier } = runner;
    this.#runner = runner;
    this.#set = set;
    const owner = Buffer.from(JSON.stringify({ identifier, run: this.#id }), "utf8");
    this.#keeping = { client, owners: paths.owners, identifier, owner, fn };
  }

  /** Never resolves: rejects with the signal's reason, or what has gone wrong, once everything has come to rest. */
  async untilEnd(signal: AbortSignal | undefined): Promise<never> {
    const stop = () => this.#stop.abort(signal?.reason);
    signal?.throwIfAborted();
    signal?.addEventListener("abort", stop, { once: true });
    try {
      await this.#untilStopped();
    } finally {
      signal?.removeEventListener("abort", stop);
    }
    throw this.#stop.signal.reason;
  }

  async #untilStopped(): Promise<void> {
    const { client, zk, paths, identifier, settleMs } = this.#runner;
    const { signal } = this.#stop;
    const seat = await this.#seat(signal);
    const stated = this.#set.value;
    let session: LiveSession = await enterSeat(seat, signal);
    const moved = (next: LiveSession | undefined) => {
      session = next ?? session;
    };
    const ownSet = () => this.#set.value;
    await Promise.all([
      // The seat goes at once: the others can plan without this member while its calls wind down.
      this.#endsWith(keepSeat(seat, session, signal, moved)).then(() => leaveSeat(seat, session)),
      this.#endsWith(this.#restate(seat, stated, signal)),
      this.#endsWith(this.#followPlan(signal)),
      this.#endsWith(assignInTurn({ zk, client, paths, identifier, settleMs, ownSet }, signal)),
      this.#aborted().then(() => this.#windDown()),
    ]);
  }

  async #seat(signal: AbortSignal): Promise<Seat> {
    const { client, paths, identifier, weight } = this.#runner;
    const data = () =>
      encodeSeated({ identifier, run: this.#id, weight, ...(!this.#isAccepted && { set: this.#set.value.digest }) });
    const path = join(paths.members, digestOf(identifier));
    return { client, path, identifier, data, patienceMs: patienceOf(await client.ready(signal)) };
  }

  /** Ends the run if the task fails. Resolves when it has come to an end either way. */
  async #endsWith(task: Promise<unknown>): Promise<void> {
    await task.catch((error) => this.#stop.abort(error));
  }

  async #aborted(): Promise<void> {
    const { signal } = this.#stop;
    if (signal.aborted) return;
    await new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve(), { once: true }));
  }

  /** Until it was accepted it is judged by the set that its seat states, which its own partitioner may change meanwhile. */
  async #restate(seat: Seat, first: PartitionSet, signal: AbortSignal): Promise<void> {
    const { client, identifier } = this.#runner;
    const { path } = seat;
    const what = `state the partitions of the member ${identifier}`;
    const options = { signal, isStep: true } as const;
    let stated = first;
    for await (const set of this.#set.observe(signal)) {
      if (this.#isAccepted || set.digest === stated.digest) continue;
      await perform(client, {
        what,
        path,
        effect: "idempotent",
        options,
        run: (session) => rewriteSeat(seat, session),
      });
      stated = set;
    }
  }

  async #followPlan(signal: AbortSignal): Promise<void> {
    const { zk, paths } = this.#runner;
    for await (const node of zk.watchData(paths.plan, { signal })) {
      const plan = decodePlan(node?.data, paths.plan);
      this.#learn(plan);
      const own = plan?.members.find(({ run }) => run === this.#id);
      this.#own(own?.partitions ?? []);
    }
  }

  #learn(plan: Plan | undefined): void {
    if (plan === undefined) return;
    const { identifier, paths } = this.#runner;
    const { digest, names } = this.#set.value;
    const isIn = plan.members.some(({ run }) => run === this.#id);
    if (isIn || this.#isAccepted) {
      this.#isAccepted = true;
      if (plan.set !== digest) this.#set.set(setOf(partitionsOf(plan)));
    } else if (plan.refused.includes(this.#id) && plan.set !== digest) {
      const theirs = partitionsOf(plan).length;
      const sets = `the members of ${paths.members} divide another set of ${theirs} partitions, not its ${names.length}`;
      throw new PartitionSetMismatchError(`${JSON.stringify(identifier)} was refused: ${sets}`, { path: paths.plan });
    }
  }

  /** Makes the partitions its own, and no others. */
  #own(names: readonly string[]): void {
    this.#wanted = new Set(names);
    for (const [name, keeper] of this.#keepers) {
      if (this.#wanted.has(name)) continue;
      keeper.revoke(new PartitionRevokedError(`the partition ${JSON.stringify(name)} is to pass on`));
    }
    for (const name of names) this.#keep(name);
  }

  #keep(name: string): void {
    if (this.#keepers.has(name) || this.#stop.signal.aborted) return;
    const keeper = new Keeper(this.#keeping, name);
    this.#keepers.set(name, keeper);
    void this.#endsWith(keeper.done).then(() => {
      this.#keepers.delete(name);
      // It was revoked, and has been given back meanwhile.
      if (this.#wanted.has(name)) this.#keep(name);
    });
  }

  async #windDown(): Promise<void> {
    const cause = this.#stop.signal.reason;
    const keepers = [...this.#keepers];
    for (const [name, keeper] of keepers) {
      keeper.revoke(new PartitionRevokedError(`the partition ${JSON.stringify(name)} is given up`, { cause }));
    }
    await Promise.allSettled(keepers.map(([, { done }]) => done));
  }
}
