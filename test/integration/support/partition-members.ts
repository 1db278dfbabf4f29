import { connect, type ZooKeeper } from "@zookit/core";
import { type Partition, Partitioner, type PartitionerOptions } from "@zookit/partitioner";
import { waitUntil } from "../../harness/wait-until.js";

/** A call, from its beginning to its end, with when both were; on one clock for all members of the process. */
interface Call {
  readonly partition: Partition;
  readonly member: string;
  readonly begunAt: number;
  endedAt: number | undefined;
}

export interface MemberOptions extends PartitionerOptions {
  readonly sessionTimeoutMs: number;
}

/** Members of one partitioner in this process, each with a client of its own, and all their calls. */
export class Members implements AsyncDisposable {
  readonly calls: Call[] = [];
  readonly #members = new Map<string, Member>();
  readonly #hosts: string;
  readonly #path: string;
  readonly #options: MemberOptions;

  constructor(hosts: string, path: string, options: MemberOptions) {
    this.#hosts = hosts;
    this.#path = path;
    this.#options = options;
  }

  get clients(): readonly ZooKeeper[] {
    return [...this.#members.values()].map(({ zk }) => zk);
  }

  async join(identifier: string): Promise<void> {
    const { sessionTimeoutMs, ...options } = this.#options;
    const zk = await connect(this.#hosts, { sessionTimeoutMs });
    const stop = new AbortController();
    const end = new Partitioner(zk, this.#path, { ...options, identifier })
      .run((partition) => this.#call(identifier, partition), { signal: stop.signal })
      .catch((error) => error);
    this.#members.set(identifier, { zk, stop, end });
  }

  /** Resolves when all its calls have settled and all its znodes are gone, with what the run has rejected with. */
  async leave(identifier: string): Promise<unknown> {
    const member = this.#members.get(identifier);
    this.#members.delete(identifier);
    member?.stop.abort("told to leave");
    const end = await member?.end;
    await member?.zk.close();
    return end;
  }

  /** Waits until every partition is owned, and each member has its share. */
  async settle(timeoutMs = 30_000): Promise<void> {
    const count = [...this.#options.partitions].length;
    const shares = this.loads().map((_, index, { length }) => Math.floor((count + index) / length));
    const what = `all have their shares: ${shares}`;
    await waitUntil(() => String(this.loads()) === String(shares), { what, timeoutMs, intervalMs: 5 });
  }

  /** How many partitions each has, in ascending order. */
  loads(): readonly number[] {
    const loads = new Map([...this.#members.keys()].map((identifier) => [identifier, 0]));
    for (const { member, partition, endedAt } of this.calls) {
      if (endedAt === undefined && partition.isHeld()) loads.set(member, (loads.get(member) ?? 0) + 1);
    }
    return [...loads.values()].sort((a, b) => a - b);
  }

  loadOf(identifier: string): number {
    return this.calls.filter(({ member, endedAt }) => member === identifier && endedAt === undefined).length;
  }

  /** Calls that were told to end. */
  get told(): number {
    return this.calls.filter(({ partition }) => partition.lost.aborted).length;
  }

  /** What two owners at a time, or a token that does not increase, would look like; empty if all is well. */
  overlaps(): readonly string[] {
    const byName = new Map<string, Call[]>();
    for (const call of this.calls) {
      byName.set(call.partition.name, [...(byName.get(call.partition.name) ?? []), call]);
    }
    return [...byName.values()].flatMap((calls) =>
      calls.flatMap(({ partition, member, begunAt }, index) => {
        const before = calls[index - 1];
        if (before === undefined) return [];
        const isLater = (before.endedAt ?? Number.POSITIVE_INFINITY) <= begunAt;
        const isGreater = before.partition.fencingToken < partition.fencingToken;
        return isLater && isGreater ? [] : [`${partition.name} of ${before.member} and ${member}`];
      }),
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([...this.#members.keys()].map((identifier) => this.leave(identifier)));
  }

  async #call(member: string, partition: Partition): Promise<void> {
    const call: Call = { partition, member, begunAt: performance.now(), endedAt: undefined };
    this.calls.push(call);
    const { lost } = partition;
    if (!lost.aborted) await new Promise((resolve) => lost.addEventListener("abort", resolve, { once: true }));
    call.endedAt = performance.now();
  }
}

interface Member {
  readonly zk: ZooKeeper;
  readonly stop: AbortController;
  readonly end: Promise<unknown>;
}
