import { connect, type ZooKeeper } from "@zookit/core";
import { Election, type Leadership } from "@zookit/election";
import { beforeEach, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot } from "../harness/shared.js";
import { waitUntil } from "../harness/wait-until.js";
import { Worker } from "../harness/worker.js";
import { missingPeers } from "./available.js";
import { ELECTION_PAIRINGS } from "./election-peer.js";

const hosts = sharedHosts();
const missing = await missingPeers();
const timeoutMs = 30_000;

beforeEach((context) => context.skip(missing !== "", `needs Debian's packages ${missing}`));

describe.each(ELECTION_PAIRINGS)("$name", ({ dialect, startPeer }) => {
  const electionOf = (zk: ZooKeeper, path: string, identifier = "zookit") =>
    new Election(zk, path, { identifier, dialect });

  const contend = (election: Election, ...identifiers: string[]) =>
    waitUntil(async () => (await election.contenders()).map((it) => it.identifier).join() === identifiers.join(), {
      what: `${identifiers} contend`,
    });

  it("take turns, and never lead together", async () => {
    const path = uniqueRoot();
    await using first = await startPeer(hosts, path, "peer-1");
    await using second = await startPeer(hosts, path, "peer-2");
    await using zk = await connect(hosts);
    const election = electionOf(zk, path);
    let leadership: Leadership | undefined;
    const ours = {
      campaign: async () => {
        leadership = await election.campaign({ timeoutMs });
        terms.push(leadership.fencingToken);
      },
      resign: async () => await leadership?.resign(),
    };
    const terms: bigint[] = [];
    const turns: string[] = [];
    let leading = 0;
    let taking = 3;
    const takePart = async (name: string, { campaign, resign }: Pick<typeof first, "campaign" | "resign">) => {
      for (let round = 0; round < 8; round++) {
        await campaign();
        expect(++leading).toBe(1);
        turns.push(name);
        // Time for whoever would lead as well to say so.
        await zk.sync(path);
        // However slowly the others' processes run, the next turn is somebody else's.
        await waitUntil(async () => taking === 1 || (await election.contenders()).length > 1, { what: "another" });
        expect(leading--).toBe(1);
        await resign();
      }
      taking--;
    };

    await Promise.all([takePart("peer-1", first), takePart("peer-2", second), takePart("zookit", ours)]);

    expect(turns).toHaveLength(24);
    const handOvers = turns.filter(
      (name, index) => index > 0 && (name === "zookit") !== (turns[index - 1] === "zookit"),
    );
    expect(handOvers.length).toBeGreaterThan(6);
    expect(terms).toEqual(terms.toSorted((a, b) => (a < b ? -1 : 1)));
    await contend(election);
  });

  it("are elected in the order in which they campaigned, and see each other do so by their identifiers", async () => {
    const path = uniqueRoot();
    await using first = await startPeer(hosts, path, "dienst-größe");
    await using last = await startPeer(hosts, path, "last");
    await using zk = await connect(hosts);
    const election = electionOf(zk, path, "zookit-größe");
    const order: string[] = [];

    await first.campaign();
    expect(await election.leader()).toMatchObject({ identifier: "dienst-größe", data: Buffer.alloc(0) });
    const ours = election.campaign({ timeoutMs }).then((leadership) => {
      order.push("zookit");
      return leadership;
    });
    await contend(election, "dienst-größe", "zookit-größe");
    const theirs = last.campaign().then(() => order.push("last"));
    const all = ["dienst-größe", "zookit-größe", "last"];
    await contend(election, ...all);
    for (const peer of [first, last]) expect(await peer.contenders()).toEqual(all);

    await first.resign();
    const leadership = await ours;
    await contend(election, "zookit-größe", "last");
    // An answer of the waiting peer: had it been elected together with zookit, it would have said so by now.
    expect(await last.contenders()).toEqual(["zookit-größe", "last"]);
    expect(order).toEqual(["zookit"]);
    await leadership.resign();
    await theirs;
    expect(await election.leader()).toMatchObject({ identifier: "last" });
    await last.resign();
  });

  it("show each other who leads: what a zookit leader proclaims follows its identifier and a NUL", async () => {
    const path = uniqueRoot();
    await using peer = await startPeer(hosts, path, "peer");
    await using zk = await connect(hosts);
    const election = electionOf(zk, path);
    const leadership = await election.campaign({ timeoutMs });
    const theirs = peer.campaign();
    await contend(election, "zookit", "peer");
    await leadership.proclaim("10.0.0.7:8080");
    expect(await peer.contenders()).toEqual(["zookit\u000010.0.0.7:8080", "peer"]);
    await leadership.proclaim("");
    expect(await peer.contenders()).toEqual(["zookit", "peer"]);
    await leadership.resign();
    await theirs;
    await peer.resign();
  });

  it("pass leadership on to zookit when the leader is killed, once its session has expired, and an observer sees it", async () => {
    const path = uniqueRoot();
    await using peer = await startPeer(hosts, path, "peer");
    await using zk = await connect(hosts);
    const election = electionOf(zk, path);
    await peer.campaign();
    const observed = election.observe()[Symbol.asyncIterator]();
    expect((await observed.next()).value).toMatchObject({ identifier: "peer" });
    const ours = election.campaign({ timeoutMs });
    await contend(election, "peer", "zookit");
    await peer.kill();

    await using leadership = await ours;
    expect((await observed.next()).value).toMatchObject({ fencingToken: leadership.fencingToken });
    await observed.return?.();
    await contend(election, "zookit");
  });

  it("pass leadership on from zookit when the leader is killed, once its session has expired", async () => {
    const path = uniqueRoot();
    await using peer = await startPeer(hosts, path, "peer");
    await using leader = new Worker("election-worker.ts", [hosts, path, "4000", "zookit", dialect]);
    await using zk = await connect(hosts);
    await leader.event("ready");
    leader.tell("campaign");
    await leader.event("elected-1");
    const theirs = peer.campaign();
    await contend(electionOf(zk, path), "zookit", "peer");
    leader.signal("SIGKILL");

    await theirs;
    await contend(electionOf(zk, path), "peer");
    await peer.resign();
  });
});
