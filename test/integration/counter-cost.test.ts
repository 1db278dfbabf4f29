import { Counter } from "@zookit/counter";
import { describe, expect, it } from "vitest";
import { uniqueRoot } from "../harness/index.js";
import { Counted } from "./support/counted.js";

describe("the cost of a counter, counted at the server", () => {
  const counted = new Counted();

  it.each(["own", "kazoo", "curator"] as const)(
    "is one request and one round trip for an addition by whoever was last to write, encoded as %s",
    async (encoding) => {
      const path = uniqueRoot();
      await using zk = await counted.client();
      const counter = new Counter(zk, path, { encoding });
      await counter.increment();
      const additions = async () => {
        for (let time = 0; time < 50; time++) await counter.increment();
      };
      expect(await counted.requestsOf([zk], additions)).toBe(50);
      const roundTrips = await counted.roundTripsOf(async (delayed) => {
        const own = new Counter(delayed, path, { encoding });
        await own.increment();
        return async () => {
          for (let time = 0; time < 5; time++) await own.increment();
        };
      });
      expect(roundTrips).toBe(5);
      expect(await counter.get()).toBe(57);
    },
  );

  it("is one request for a hundred additions that are asked for at the same time, and one for get", async () => {
    await using zk = await counted.client();
    const counter = new Counter(zk, uniqueRoot());
    await counter.increment();
    const together = () => Promise.all(Array.from({ length: 100 }, () => counter.increment()));
    expect(await counted.requestsOf([zk], together)).toBe(1);
    expect(await counted.requestsOf([zk], () => counter.get())).toBe(1);
  });

  it("is two requests more for an addition after somebody else's: the one that is refused, and a read", async () => {
    const path = uniqueRoot();
    await using zk = await counted.client();
    const [mine, theirs] = [new Counter(zk, path), new Counter(zk, path)];
    await mine.increment();
    await theirs.increment();
    expect(await counted.requestsOf([zk], () => mine.increment())).toBe(3);
  });
});
