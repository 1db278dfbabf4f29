import { type Member, Party } from "@zookit/party";
import { describe, expect, it } from "vitest";
import { uniqueRoot } from "../harness/index.js";
import { Counted } from "./support/counted.js";

/** So many that they can be asked for at once. */
const SIZE = 30;

describe("the cost of a party, counted at the server", () => {
  const counted = new Counted();

  it("is two requests to join, one of which arms the watch on the own znode, and two to leave", async () => {
    await using zk = await counted.client();
    const party = new Party(zk, await zk.create(uniqueRoot()));
    let leave = async (): Promise<void> => undefined;
    const joining = async () => {
      const membership = await party.join({ identifier: "member" });
      leave = () => membership.leave();
    };
    expect(await counted.requestsOf([zk], joining)).toBe(2);
    expect(await counted.requestsOf([zk], leave)).toBe(2);
  });

  it("is a listing and a request for each member to list them, in two round trips", async () => {
    await using zk = await counted.client();
    const path = await zk.create(uniqueRoot());
    await joinAll(new Party(zk, path));
    expect(await counted.requestsOf([zk], () => new Party(zk, path).members())).toBe(1 + SIZE);
    const roundTrips = await counted.roundTripsOf(async (delayed) => () => new Party(delayed, path).members());
    expect(roundTrips).toBe(2);
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
    const both = [members, watcher];
    // What joining and leaving take themselves is counted too: two requests each.
    expect(await counted.requestsOf(both, () => Promise.all([next(), joining()]))).toBe(2 + 2);
    expect(await counted.requestsOf(both, () => Promise.all([next(), leave()]))).toBe(2 + 1);
    await watching.return?.();
  });
});

async function joinAll(party: Party): Promise<void> {
  await Promise.all(Array.from({ length: SIZE }, (_, index) => party.join({ identifier: `member ${index}` })));
}
