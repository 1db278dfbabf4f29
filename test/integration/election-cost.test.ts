import { Election } from "@zookit/election";
import { describe, expect, it } from "vitest";
import { uniqueRoot } from "../harness/index.js";
import { Counted } from "./support/counted.js";

describe("the cost of an election, counted at the server", () => {
  const counted = new Counted();

  const terms = async (election: Election, count: number): Promise<void> => {
    for (let term = 0; term < count; term++) await (await election.campaign()).resign();
  };

  it("is four requests in three round trips for an uncontended campaign and resignation, the term included", async () => {
    await using zk = await counted.client();
    const path = await zk.create(uniqueRoot());
    const election = new Election(zk, path);
    await terms(election, 1);
    expect(await counted.requestsOf([zk], () => terms(election, 20))).toBe(4 * 20);
    const roundTrips = await counted.roundTripsOf(async (delayed) => {
      const own = new Election(delayed, path);
      await terms(own, 1);
      return () => terms(own, 20);
    });
    expect(roundTrips).toBe(3 * 20);
  });

  it("is two requests to proclaim, one of which sets the watch on the own znode anew; two to find the leader, and a listing and one for each to find the contenders", async () => {
    await using zk = await counted.client();
    await using observer = await counted.client();
    const path = await zk.create(uniqueRoot());
    const leadership = await new Election(zk, path).campaign();
    // It watches its own znode by now.
    await counted.untilWatches(1);
    const proclamation = async () => {
      await leadership.proclaim("here");
      await counted.untilWatches(1);
    };
    expect(await counted.requestsOf([zk], proclamation)).toBe(1 + 1);
    expect(await counted.requestsOf([observer], () => new Election(observer, path).leader())).toBe(2);
    expect(await counted.requestsOf([observer], () => new Election(observer, path).contenders())).toBe(1 + 1);
    await leadership.resign();
  });

  it("is a deletion, and one listing of the next one alone, when a leader resigns before 20 contenders", async () => {
    await using zk = await counted.client();
    const path = await zk.create(uniqueRoot());
    const waiting = await Promise.all(Array.from({ length: 20 }, () => counted.client()));
    try {
      const leadership = await new Election(zk, path).campaign();
      const campaigns = waiting.map((client) => new Election(client, path).campaign());
      await counted.untilWatches(1 + waiting.length);
      const resignation = async () => {
        await leadership.resign();
        await Promise.race(campaigns);
        // The new leader watches its own znode in time: that is the third request.
        await counted.untilWatches(waiting.length);
      };
      expect(await counted.requestsOf([zk, ...waiting], resignation)).toBe(3);
      await Promise.all(campaigns.map(async (campaign) => (await campaign).resign()));
    } finally {
      await Promise.all(waiting.map((client) => client.close()));
    }
  });

  it("is two requests for an observer's first look, one for each proclamation, and none for who only contends", async () => {
    await using zk = await counted.client();
    await using observer = await counted.client();
    const path = await zk.create(uniqueRoot());
    const leadership = await new Election(zk, path).campaign();
    await counted.untilWatches(1);
    const leaders = new Election(observer, path).observe()[Symbol.asyncIterator]();
    expect(await counted.requestsOf([observer], () => leaders.next())).toBe(2);
    const proclamation = async () => {
      await Promise.all([leaders.next(), leadership.proclaim("here")]);
      await counted.untilWatches(2);
    };
    // What the proclamation itself takes is counted too: two requests.
    expect(await counted.requestsOf([observer, zk], proclamation)).toBe(1 + 2);
    const stop = new AbortController();
    let campaign: Promise<unknown> = Promise.resolve();
    // Who contends makes its znode and lists, in one round trip, and watches the leader's: the observer hears nothing of it.
    const contends = async () => {
      campaign = new Election(zk, path).campaign({ signal: stop.signal }).catch(() => undefined);
      await counted.untilWatches(3);
    };
    expect(await counted.requestsOf([observer, zk], contends)).toBe(3);
    stop.abort();
    await campaign;
    await leaders.return?.();
    await leadership.resign();
  });
});
