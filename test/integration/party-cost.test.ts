import { type Member, Party } from "@zookit/party";
import { describe, expect, it } from "vitest";
import { uniqueRoot } from "../harness/index.js";
import { Counted } from "./support/counted.js";

const SIZE = 50;

describe("the cost of a party, counted at the server", () => {
  const counted = new Counted();

  it("is two requests to join, one of which arms the watch on the own znode, and one to leave", async () => {
    await using zk = await counted.client();
    const party = new Party(zk, await zk.create(uniqueRoot()));
    const others = await party.join({ identifier: "first" });
    const requests = await counted.requestsOf(async () => {
      const membership = await party.join({ identifier: "second" });
      await membership.leave();
    });
    expect(requests).toBe(3);
    await others.leave();
  });

  it("is a listing and a request for each member to list them, in two round trips", async () => {
    await using zk = await counted.client();
    const path = await zk.create(uniqueRoot());
    await joinAll(new Party(zk, path));
    expect(await counted.requestsOf(() => new Party(zk, path).members())).toBe(1 + SIZE);
    const roundTrips = await counted.roundTripsOf(async (delayed) => () => new Party(delayed, path).members());
    // As many as fit into the first window of requests under way, and the rest.
    expect(roundTrips).toBeLessThanOrEqual(3);
  });

  it("is one listing, and one request for who has joined, when a member that knows the others is told", async () => {
    await using members = await counted.client();
    await using watcher = await counted.client();
    const path = await members.create(uniqueRoot());
    await joinAll(new Party(members, path));
    const watching = new Party(watcher, path).watch()[Symbol.asyncIterator]();
    await watching.next();
    const next = async (): Promise<readonly Member[]> => (await watching.next()).value?.members ?? [];

    const newcomer = new Party(members, path);
    let leave = async (): Promise<void> => undefined;
    const joining = async () => {
      const membership = await newcomer.join({ identifier: "newcomer" });
      leave = () => membership.leave();
    };
    // Two requests of the newcomer's own, and one to leave.
    expect(await counted.requestsOf(() => Promise.all([next(), joining()]))).toBe(2 + 2);
    expect(await counted.requestsOf(() => Promise.all([next(), leave()]))).toBe(1 + 1);
    await watching.return?.();
  });
});

async function joinAll(party: Party): Promise<void> {
  await Promise.all(Array.from({ length: SIZE }, (_, index) => party.join({ identifier: `member ${index}` })));
}
