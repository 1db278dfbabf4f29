import { InvalidArgumentError, NoNodeError, type ObserveOptions, type WaitOptions, type ZooKeeper } from "@zookit/core";
import {
  bounded,
  type Client,
  checkFunction,
  checkIdentifier,
  checkInteger,
  checkOptions,
  checkPath,
  checkWithWaitOptions,
  clientOf,
  ensurePath,
  Latest,
  uniqueIdentifier,
  update,
} from "@zookit/core/recipe";
import { assignmentOf, type PartitionAssignment } from "./assignment.js";
import { publishPlan } from "./diagnostics.js";
import { type Paths, pathsBelow } from "./paths.js";
import { decodePlan, encodePlan, type Plan } from "./plan.js";
import { withSet } from "./replan.js";
import { type KnownSet, Run } from "./run.js";
import { checkSet } from "./set.js";
import type { PartitionFunction } from "./tenure.js";

export interface PartitionerOptions {
  /**
   * The set to be divided: unique names, each any text that is not empty. The same for all members; whoever brings another
   * one while there are members is refused. See {@link Partitioner.setPartitions}.
   */
  readonly partitions: readonly string[] | ReadonlySet<string>;
  /** Who the member is; unique among the members. @default host name, process id and a number */
  readonly identifier?: string | undefined;
  /** How much this member takes, relative to the others. Range 1 to 1000. @default 1 */
  readonly weight?: number | undefined;
  /**
   * How long others may join, in milliseconds, after one has, before partitions are moved for all of them together; counted from
   * the first. Whoever leaves is dealt with at once. Range 0 to 600000. @default 500
   */
  readonly settleMs?: number | undefined;
}

const MAX_WEIGHT = 1_000;
const MAX_SETTLE_MS = 600_000;

/**
 * Divides a set of partitions among the members of a group. What moves is as little as balance permits; what does not move is
 * not interrupted.
 *
 * **Protocol.** Below `path` are the members, `members/<digest of the identifier>`, ephemeral; the plan, one document that says
 * who is to own which partition; and the guards, `owners/<partition>`, ephemeral. One member at a time, the assigner, follows
 * the members and rewrites the plan by compare-and-set; all others follow the plan alone. The plan grants nothing: a
 * partition is owned by whoever has made its guard, and passes on when that is deleted, after the call has settled.
 *
 * **Cost.** For one partition that moves: two round trips to give it up, one to take it. Each change of the plan is read by
 * every member. One watch on the plan, one for each partition; the assigner one more for each member.
 *
 * **Failure.** A lost connection interrupts nothing. When the session ends, all calls are told, and the partitions are taken
 * again in the next one, as far as the plan has not given them away. What a crashed member had is free when its session ends.
 *
 * @example
 * const partitioner = new Partitioner(zk, "/jobs", { partitions: ["invoices", "reminders"] });
 * await partitioner.run(async ({ name, fencingToken, lost }) => {
 *   while (!lost.aborted) await work(name, { fencingToken, signal: lost });
 * }, { signal: shutdown });
 *
 * @see Kafka's CooperativeStickyAssignor, kazoo's recipe/partitioner.py, tooz's Partitioner
 */
export class Partitioner {
  readonly path: string;
  readonly identifier: string;
  readonly weight: number;
  readonly settleMs: number;
  readonly #zk: ZooKeeper;
  readonly #client: Client;
  readonly #paths: Paths;
  readonly #set: KnownSet;

  /** @throws {InvalidArgumentError} @throws {DataTooLargeError} the names make more than 900 KiB. */
  constructor(zk: ZooKeeper, path: string, options: PartitionerOptions) {
    const known = ["partitions", "identifier", "weight", "settleMs"] as const;
    const given = checkOptions<PartitionerOptions>(options, known);
    const { partitions, identifier = uniqueIdentifier(), weight = 1, settleMs = 500 } = given;
    this.#client = clientOf(zk);
    this.#zk = zk;
    this.path = checkPath(path);
    if (path === "/") throw new InvalidArgumentError("the root cannot be a partitioner", { path });
    this.#paths = pathsBelow(path);
    this.#set = new Latest(checkSet(partitions, path));
    this.identifier = checkIdentifier(identifier, path);
    this.weight = checkInteger("weight", weight, 1, MAX_WEIGHT);
    this.settleMs = checkInteger("settleMs", settleMs, 0, MAX_SETTLE_MS);
  }

  /** The set as this member knows it: what it was given, and what the members have made of it since. Sorted. */
  get partitions(): readonly string[] {
    return this.#set.value.names;
  }

  /**
   * Is a member until the signal aborts, and calls `fn` once for each partition that becomes its own, with as many at the same
   * time as it has. It never resolves.
   *
   * - When a partition is to pass on, its `lost` aborts. It passes on when the call has settled: a call that does not come to an
   *   end keeps the partition.
   * - A call that returns while the partition is its own has done its work: nobody else gets it, and it is not called again
   *   before the partition has moved, or the session has ended.
   * - A call that throws while the partition is its own, and was not told to end, ends the run. What it throws once `lost` has aborted is ignored.
   * - When the run ends, for whatever reason, the others are told at once; every `lost` aborts; each partition passes on when
   *   its call has settled; then the promise rejects.
   *
   * @throws the signal's reason, or what a call has thrown.
   * @throws {DuplicateMemberError} another live member has the identifier; a crashed predecessor's session is waited for.
   * @throws {PartitionSetMismatchError} the members divide another set.
   * @throws {UnreadablePlanError} @throws {DataTooLargeError} @throws {TooManyEphemeralsError}
   * @throws {InvalidArgumentError} @throws {NoAuthError} @throws {ClosedError}
   */
  async run(fn: PartitionFunction, options?: ObserveOptions): Promise<never> {
    checkFunction("fn", fn);
    const { signal } = checkWithWaitOptions<ObserveOptions>(checkOptions<ObserveOptions>(options, ["signal"]));
    const { identifier, weight, settleMs } = this;
    const runner = { zk: this.#zk, client: this.#client, paths: this.#paths, identifier, weight, settleMs };
    return await new Run(runner, this.#set, fn).untilEnd(signal);
  }

  /**
   * Replaces the set for all members: those that run go along with it, and lose or get what it takes. Partitions that are in
   * both sets move only for balance. Members that start later must be given the new set. While there are no members, it is
   * only what this partitioner brings.
   *
   * **Cost.** Two round trips, and one for each conflict with the assigner.
   *
   * @throws {InvalidArgumentError} @throws {DataTooLargeError} @throws {UnreadablePlanError} @throws {NoAuthError}
   * @throws {ClosedError} @throws {TimeoutError} its `outcome` says whether it may have been applied.
   */
  async setPartitions(partitions: PartitionerOptions["partitions"], options?: WaitOptions): Promise<void> {
    const set = checkSet(partitions, this.path);
    const given = checkWithWaitOptions<WaitOptions>(options);
    const path = this.#paths.plan;
    const client = this.#client;
    let change: { readonly before: Plan | undefined; readonly plan: Plan } | undefined;
    const next = (data: Buffer) => {
      const before = decodePlan(data, path);
      const plan = withSet(before, set);
      change = plan && { before, plan };
      return plan && encodePlan(plan);
    };
    // Setting the same set twice is as good as once.
    const contains = (data: Buffer) => decodePlan(data, path)?.set === set.digest;
    await bounded(client, { what: `change the partitions of ${this.path}`, path, options: given }, async (step) => {
      const store = () => update(client, path, next, { ...step, contains });
      await store().catch(async (error) => {
        if (!(error instanceof NoNodeError)) throw error;
        await ensurePath(client, path, "persistent", client.settings.acl, step);
        await store();
      });
    });
    this.#set.set(set);
    if (change !== undefined) publishPlan(this, change.before, change.plan);
  }

  /**
   * Who is to own which partition now, and the latest after each change, for ever; states that were overtaken before they were
   * asked for are skipped. A partition that has just moved may still be with its former owner. One round trip for each.
   *
   * @throws {UnreadablePlanError} @throws {NoAuthError} @throws {ClosedError} from the iterator.
   */
  watch(options?: ObserveOptions): AsyncIterable<PartitionAssignment> {
    const nodes = this.#zk.watchData(this.#paths.plan, options);
    const { plan } = this.#paths;
    return (async function* () {
      for await (const node of nodes) yield assignmentOf(decodePlan(node?.data, plan));
    })();
  }
}
