import type { ZooKeeper } from "@zookit/core";
import { Partitioner } from "@zookit/partitioner";
import { describe, expect, it } from "vitest";
import { uniqueRoot, waitUntil } from "../harness/index.js";
import { Counted } from "./support/counted.js";

/** Watches of a member that is alone: on the plan, the members, itself and its place as the assigner, and on each guard. */
const WATCHES_BESIDES_GUARDS = 4;

describe("the cost of a partitioner, counted at the server", () => {
  const counted = new Counted();

  it("is two requests for each partition that a member takes, its watch included, and two for each that it gives up", async () => {
    const [few, many] = [await costs(10), await costs(40)];
    expect(many.taking - few.taking).toBe(2 * 30);
    expect(many.givingUp - few.givingUp).toBe(2 * 30);
  });

  /** All requests of a member that is alone, until it owns so many partitions, and until it has given them up. */
  async function costs(partitions: number): Promise<{ readonly taking: number; readonly givingUp: number }> {
    await using zk = await counted.client();
    const path = uniqueRoot();
    let running = new Running(zk, path, partitions);
    const takeAll = async () => {
      await waitUntil(() => running.owned === partitions, { what: "it owns all of them" });
      await counted.untilWatches(partitions + WATCHES_BESIDES_GUARDS);
    };
    // Once before, so that the parents are there.
    await takeAll();
    await running.end();
    const taking = await counted.requestsOf([zk], async () => {
      running = new Running(zk, path, partitions);
      await takeAll();
    });
    return { taking, givingUp: await counted.requestsOf([zk], () => running.end()) };
  }
});

/** A member, and how many partitions it owns. */
class Running {
  owned = 0;
  readonly #stop = new AbortController();
  readonly #end: Promise<unknown>;

  constructor(zk: ZooKeeper, path: string, count: number) {
    const partitions = Array.from({ length: count }, (_, index) => `p${index}`);
    const member = new Partitioner(zk, path, { partitions, identifier: "alone", settleMs: 0 });
    const own = async ({ lost }: { readonly lost: AbortSignal }): Promise<void> => {
      this.owned++;
      if (!lost.aborted) await new Promise((resolve) => lost.addEventListener("abort", resolve, { once: true }));
      this.owned--;
    };
    this.#end = member.run(own, { signal: this.#stop.signal }).catch(() => undefined);
  }

  async end(): Promise<void> {
    this.#stop.abort();
    await this.#end;
  }
}
