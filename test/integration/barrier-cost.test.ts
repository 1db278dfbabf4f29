import { Barrier, DoubleBarrier } from "@zookit/barrier";
import { describe, expect, it } from "vitest";
import { uniqueRoot } from "../harness/index.js";
import { Counted } from "./support/counted.js";

describe("the cost of a barrier, counted at the server", () => {
  const counted = new Counted();

  it("is one request to close it, one to open it, and two in one round trip to pass one that is open", async () => {
    await using zk = await counted.client();
    const barrier = new Barrier(zk, uniqueRoot());
    expect(await counted.requestsOf([zk], () => barrier.create())).toBe(1);
    expect(await counted.requestsOf([zk], () => barrier.remove())).toBe(1);
    expect(await counted.requestsOf([zk], () => barrier.wait())).toBe(2);
  });

  it("is thirteen requests each time for a participant that enters and leaves a double barrier alone", async () => {
    await using zk = await counted.client();
    const barrier = new DoubleBarrier(zk, uniqueRoot(), 1);
    const takePart = async () => {
      await barrier.enter();
      await barrier.leave();
    };
    await takePart();
    expect(await counted.requestsOf([zk], takePart)).toBe(13);
    const threeTimes = async () => {
      for (let time = 0; time < 3; time++) await takePart();
    };
    expect(await counted.requestsOf([zk], threeTimes)).toBe(3 * 13);
  });

  it("is seventeen requests for two of whom one waits for the other to enter", async () => {
    const path = uniqueRoot();
    await using first = await counted.client();
    await using second = await counted.client();
    const [early, late] = [new DoubleBarrier(first, path, 2), new DoubleBarrier(second, path, 2)];
    const enter = async () => {
      const entering = early.enter();
      // Who waits to enter has two watches, and one when it is inside.
      await counted.untilWatches(2);
      await Promise.all([entering, late.enter()]);
    };
    const leave = () => Promise.all([early.leave(), late.leave()]);
    await enter();
    await leave();
    const counts: number[] = [];
    for (let time = 0; time < 3; time++) {
      counts.push(await counted.requestsOf([first, second], enter));
      await leave();
    }
    expect(counts).toEqual([17, 17, 17]);
  });

  it("grows with 20 participants of a double barrier by no more than the README says", async () => {
    const path = uniqueRoot();
    const clients = await Promise.all(Array.from({ length: 20 }, () => counted.client()));
    try {
      const barriers = clients.map((zk) => new DoubleBarrier(zk, path, clients.length));
      const takePart = async () => {
        await Promise.all(barriers.map((barrier) => barrier.enter()));
        await Promise.all(barriers.map((barrier) => barrier.leave()));
      };
      // The znode is made, and the register written for the first time.
      await takePart();
      const perParticipant = (await counted.requestsOf(clients, takePart)) / clients.length;
      expect(perParticipant).toBeGreaterThan(8);
      expect(perParticipant).toBeLessThan(24);
    } finally {
      await Promise.all(clients.map((zk) => zk.close()));
    }
  });
});
