import { connect } from "@zookit/core";
import { type Member, Party } from "@zookit/party";
import { beforeEach, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot } from "../harness/shared.js";
import { waitUntil } from "../harness/wait-until.js";
import { missingPeers } from "./available.js";
import { startKazooParty } from "./recipe-peer.js";

const hosts = sharedHosts();
const missing = await missingPeers();
const timeoutMs = 30_000;

beforeEach((context) => context.skip(missing !== "", `needs Debian's packages ${missing}`));

const identifiers = (members: readonly Member[]) => members.map(({ identifier }) => identifier).toSorted();

describe("kazoo's Party and zookit's", () => {
  it("list and count each other's members by their identifiers", async () => {
    const path = uniqueRoot();
    await using peer = await startKazooParty(hosts);
    await using zk = await connect(hosts);
    const party = new Party(zk, path);

    await peer.join(path, "kazoo-größe");
    await using _first = await party.join({ identifier: "zookit-größe" });
    await using _second = await party.join({ identifier: "zookit-2" });

    const all = ["kazoo-größe", "zookit-2", "zookit-größe"];
    expect(identifiers(await party.members())).toEqual(all);
    expect(await peer.members(path)).toEqual(all);
    expect(await peer.count(path)).toBe(3);
  });

  it("see each other leave", async () => {
    const path = uniqueRoot();
    await using peer = await startKazooParty(hosts);
    await using zk = await connect(hosts);
    const party = new Party(zk, path);
    await peer.join(path, "kazoo");
    const membership = await party.join({ identifier: "zookit" });
    expect(await peer.members(path)).toEqual(["kazoo", "zookit"]);

    await membership.leave();
    await waitUntil(async () => (await peer.members(path)).join() === "kazoo", { what: "kazoo sees zookit gone" });
    expect(identifiers(await party.members())).toEqual(["kazoo"]);
    await peer.leave(path, "kazoo");
    await waitUntil(async () => (await party.members()).length === 0, { what: "zookit sees kazoo gone" });
    expect(await peer.count(path)).toBe(0);
  });

  it("share a party that either of them made", async () => {
    const root = uniqueRoot();
    await using peer = await startKazooParty(hosts);
    await using zk = await connect(hosts);

    await peer.join(`${root}/theirs/party`, "kazoo");
    await using _theirs = await new Party(zk, `${root}/theirs/party`).join({ identifier: "zookit" });
    expect(await peer.members(`${root}/theirs/party`)).toEqual(["kazoo", "zookit"]);

    await using _ours = await new Party(zk, `${root}/ours/party`).join({ identifier: "zookit" });
    await peer.join(`${root}/ours/party`, "kazoo");
    expect(identifiers(await new Party(zk, `${root}/ours/party`).members())).toEqual(["kazoo", "zookit"]);
  });

  it("drop zookit's members from kazoo's list when zookit's client is closed", async () => {
    const path = uniqueRoot();
    await using peer = await startKazooParty(hosts);
    await using zk = await connect(hosts);
    await new Party(zk, path).join({ identifier: "zookit" });
    expect(await peer.members(path)).toEqual(["zookit"]);

    await zk.close();
    await waitUntil(async () => (await peer.count(path)) === 0, { what: "kazoo sees zookit gone" });
  });

  it("list a kazoo process that was killed until its session has ended, and no longer", async () => {
    const path = uniqueRoot();
    await using peer = await startKazooParty(hosts);
    await using zk = await connect(hosts);
    const party = new Party(zk, path);
    await peer.join(path, "kazoo");
    await using _membership = await party.join({ identifier: "zookit" });
    const changes = party.watch()[Symbol.asyncIterator]();
    expect((await changes.next()).value?.members).toHaveLength(2);

    await peer.kill();
    expect(identifiers(await party.members())).toEqual(["kazoo", "zookit"]);
    const { value: change } = await changes.next();
    expect(identifiers(change?.left ?? [])).toEqual(["kazoo"]);
    expect(identifiers(await party.members())).toEqual(["zookit"]);
    await changes.return?.();
  });

  it("list as many kazoo members of one identifier as there are", async () => {
    const path = uniqueRoot();
    await using peer = await startKazooParty(hosts);
    await using other = await startKazooParty(hosts);
    await using zk = await connect(hosts);
    const party = new Party(zk, path);
    await peer.join(path, "worker");
    await other.join(path, "worker");
    await other.join(path, "");

    const members = await party.waitFor(3, { timeoutMs });
    expect(identifiers(members)).toEqual(["", "worker", "worker"]);
    expect(new Set(members.map(({ session }) => session)).size).toBe(2);
  });

  it("show kazoo the data of a zookit member after its identifier and a NUL", async () => {
    const path = uniqueRoot();
    await using peer = await startKazooParty(hosts);
    await using zk = await connect(hosts);
    const party = new Party(zk, path);
    await using membership = await party.join({ identifier: "zookit", data: "10.0.0.7:8080" });
    expect(await peer.members(path)).toEqual(["zookit\u000010.0.0.7:8080"]);

    await membership.update("");
    await waitUntil(async () => (await peer.members(path)).join() === "zookit", { what: "kazoo sees the data gone" });
  });
});

describe("zookit's Party", () => {
  it("reports kazoo's members as they join and leave to those who watch", async () => {
    const path = uniqueRoot();
    await using peer = await startKazooParty(hosts);
    await using zk = await connect(hosts);
    await using otherZk = await connect(hosts);
    const changes = new Party(zk, path).watch()[Symbol.asyncIterator]();
    const next = async () => {
      const { value } = await changes.next();
      const { members = [], joined = [], left = [] } = value ?? {};
      return { members: identifiers(members), joined: identifiers(joined), left: identifiers(left) };
    };

    expect(await next()).toEqual({ members: [], joined: [], left: [] });
    await peer.join(path, "kazoo");
    expect(await next()).toEqual({ members: ["kazoo"], joined: ["kazoo"], left: [] });
    await using _membership = await new Party(otherZk, path).join({ identifier: "zookit" });
    expect(await next()).toEqual({ members: ["kazoo", "zookit"], joined: ["zookit"], left: [] });
    await peer.leave(path, "kazoo");
    expect(await next()).toEqual({ members: ["zookit"], joined: [], left: ["kazoo"] });
    await peer.join(path, "kazoo");
    expect(await next()).toEqual({ members: ["kazoo", "zookit"], joined: ["kazoo"], left: [] });
    await changes.return?.();
  });

  it("counts kazoo's members when it waits for a number of them", async () => {
    const path = uniqueRoot();
    await using peer = await startKazooParty(hosts);
    await using zk = await connect(hosts);
    const party = new Party(zk, path);
    await using _membership = await party.join({ identifier: "zookit" });
    const waiting = party.waitFor(3, { timeoutMs });

    await peer.join(path, "kazoo-1");
    expect(identifiers(await party.waitFor(2, { timeoutMs }))).toEqual(["kazoo-1", "zookit"]);
    await peer.join(path, "kazoo-2");
    // Had it been content with fewer, it would have resolved with those.
    expect(identifiers(await waiting)).toEqual(["kazoo-1", "kazoo-2", "zookit"]);
  });
});
