import { setTimeout as pause } from "node:timers/promises";
import type { ZooKeeper } from "@zookit/core";
import { type Partition, Partitioner } from "@zookit/partitioner";
import type { Change, Step } from "../../src/ownership.js";
import type { ZookitWork } from "./work.js";

const JOINER = "joiner";
const LEAVER = "m3";
const POLL_MS = 5;

/** All start, one joins, one leaves; each with a session of its own. */
export const partitioner: ZookitWork = async ({ connect, path, params }) => {
  const partitions = Array.from({ length: params.partitions }, (_, index) => `p${index}`);
  const members = Array.from({ length: params.members }, (_, index) => `m${index}`);
  return async () => {
    const group = new Group(connect, `${path}/partitioner`, partitions);
    const steps: Step[] = [
      await group.step("start", () => Promise.all(members.map((member) => group.join(member)))),
      await group.step("join", () => group.join(JOINER), JOINER),
      await group.step("leave", () => group.leave(LEAVER), LEAVER),
    ];
    return { operations: 1, steps };
  };
};

/** The members, and who of them owns what. */
class Group {
  readonly #connect: () => Promise<ZooKeeper>;
  readonly #path: string;
  readonly #partitions: readonly string[];
  readonly #stops = new Map<string, AbortController>();
  readonly #loads = new Map<string, number>();
  #changes: Change[] = [];
  #failure: unknown;

  constructor(connect: () => Promise<ZooKeeper>, path: string, partitions: readonly string[]) {
    this.#connect = connect;
    this.#path = path;
    this.#partitions = partitions;
  }

  /** Until every partition is owned, and all who are here have their shares. */
  async step(name: Step["name"], act: () => Promise<unknown>, member?: string): Promise<Step> {
    this.#changes = [];
    const beganNs = Number(process.hrtime.bigint());
    await act();
    while (!this.#isBalanced()) await pause(POLL_MS);
    return { name, ...(member !== undefined && { member }), beganNs, changes: this.#changes };
  }

  async join(identifier: string): Promise<void> {
    const zk = await this.#connect();
    const stop = new AbortController();
    this.#stops.set(identifier, stop);
    this.#loads.set(identifier, 0);
    new Partitioner(zk, this.#path, { partitions: this.#partitions, identifier })
      .run((partition) => this.#own(identifier, partition), { signal: stop.signal })
      .catch((error) => {
        if (!stop.signal.aborted) this.#failure = error;
      });
  }

  async leave(identifier: string): Promise<void> {
    this.#stops.get(identifier)?.abort();
    this.#stops.delete(identifier);
    this.#loads.delete(identifier);
  }

  async #own(member: string, { name, lost }: Partition): Promise<void> {
    this.#note(name, member, true);
    if (!lost.aborted) await new Promise((resolve) => lost.addEventListener("abort", resolve, { once: true }));
    this.#note(name, member, false);
  }

  #note(partition: string, member: string, isOwned: boolean): void {
    this.#changes.push([Number(process.hrtime.bigint()), partition, member, isOwned]);
    const load = this.#loads.get(member);
    if (load !== undefined) this.#loads.set(member, load + (isOwned ? 1 : -1));
  }

  #isBalanced(): boolean {
    if (this.#failure !== undefined) throw this.#failure;
    const loads = [...this.#loads.values()];
    const owned = loads.reduce((sum, load) => sum + load, 0);
    return owned === this.#partitions.length && Math.max(...loads) - Math.min(...loads) <= 1;
  }
}
