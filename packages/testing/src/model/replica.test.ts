import { describe, expect, it } from "vitest";
import { creation } from "./history.test-support.js";
import { Leader } from "./leader.js";
import { type Notification, Replica, type Watching } from "./replica.js";
import type { SingleWrite } from "./request.js";

const me: Watching = { identities: [] };
const CLOSED = [{ scheme: "digest", id: "nobody:hash", permissions: 31 }];

/** A replica with a leader and one session. */
class Server {
  readonly replica = new Replica<Watching>({ hasTtl: true });
  readonly #leader = new Leader({ tickMs: 100, minTimeoutMs: 200, maxTimeoutMs: 2_000 });
  readonly #session: bigint;

  constructor() {
    const { grant, entry } = this.#leader.openSession(1_000, 0);
    this.replica.apply(entry);
    this.#session = grant.id;
  }

  get lastZxid(): bigint {
    return this.replica.tree.lastZxid;
  }

  write(write: SingleWrite): readonly Notification<Watching>[] {
    return this.replica.apply(this.#leader.commit(this.#session, [], write, 0)).notifications;
  }

  watch(type: "exists" | "get" | "children", path: string): number {
    return this.replica.read({ type, path }, [], me).code;
  }
}

const remove = (path: string): SingleWrite => ({ type: "delete", path, version: -1 });
const set = (path: string): SingleWrite => ({ type: "set", path, data: null, version: -1 });
const told = (type: "created" | "deleted" | "changed" | "child", path: string) => ({
  watcher: me,
  change: { type, path },
});

describe("a watch", () => {
  it("of a read tells of the next change of what was read", () => {
    const server = new Server();
    server.write(creation("/a"));
    server.watch("get", "/a");
    expect(server.write(set("/a"))).toEqual([told("changed", "/a")]);
    server.watch("exists", "/a");
    expect(server.write(set("/a"))).toEqual([told("changed", "/a")]);
    server.watch("children", "/a");
    expect(server.write(creation("/a/b"))).toEqual([told("child", "/a")]);
    expect(server.write(set("/a"))).toEqual([]);
  });

  it("is left where there is nothing by exists alone", () => {
    const server = new Server();
    server.watch("get", "/a");
    server.watch("children", "/a");
    server.watch("exists", "/a\0");
    expect(server.replica.watchCount).toBe(0);
    server.watch("exists", "/a");
    expect(server.write(creation("/a"))).toEqual([told("created", "/a")]);
  });

  it("is not left by a read that is not permitted, or of what cannot be watched", () => {
    const server = new Server();
    server.write(creation("/a", "persistent", CLOSED));
    server.watch("get", "/a");
    server.watch("children", "/a");
    server.replica.read({ type: "getAcl", path: "/" }, [], me);
    server.replica.read({ type: "countBelow", path: "/" }, [], me);
    expect(server.replica.watchCount).toBe(0);
  });

  it("is not told of what a refused write did not do", () => {
    const server = new Server();
    server.watch("exists", "/a/b");
    expect(server.write(creation("/a/b"))).toEqual([]);
    expect(server.replica.watchCount).toBe(1);
  });

  it("is used up, but not told of, when the znode's new ACL does not let its owner read", () => {
    const server = new Server();
    server.watch("exists", "/a");
    server.watch("children", "/");
    expect(server.write(creation("/a", "persistent", CLOSED))).toEqual([told("child", "/")]);
    expect(server.replica.watchCount).toBe(0);
  });

  it("is told in the order of the changes, of the znode before its parent", () => {
    const server = new Server();
    server.watch("children", "/");
    server.watch("exists", "/a");
    expect(server.write(creation("/a"))).toEqual([told("created", "/a"), told("child", "/")]);
  });
});

describe("watches that are set again after a reconnect", () => {
  const wanted = { lastZxid: 0n, data: [], exists: [], children: [] };

  it("tell at once of what was missed", () => {
    const server = new Server();
    for (const path of ["/changed", "/parent", "/created"]) server.write(creation(path));
    const lastZxid = server.lastZxid;
    server.write(set("/changed"));
    server.write(creation("/parent/new"));
    const missed = server.replica.setWatches(
      { lastZxid, data: ["/changed", "/gone"], exists: ["/created"], children: ["/parent", "/gone"] },
      me,
    );
    expect(missed).toEqual([
      { type: "changed", path: "/changed" },
      { type: "deleted", path: "/gone" },
      { type: "created", path: "/created" },
      { type: "child", path: "/parent" },
      { type: "deleted", path: "/gone" },
    ]);
    expect(server.replica.watchCount).toBe(0);
  });

  it("are set as they were where nothing was missed", () => {
    const server = new Server();
    server.write(creation("/a"));
    const lastZxid = server.lastZxid;
    const again = { lastZxid, data: ["/a"], exists: ["/new"], children: ["/a"] };
    expect(server.replica.setWatches(again, me)).toEqual([]);
    expect(server.write(creation("/new"))).toEqual([told("created", "/new")]);
    expect(server.write(creation("/a/b"))).toEqual([told("child", "/a")]);
    expect(server.write(set("/a"))).toEqual([told("changed", "/a")]);
  });

  it("do not see that a znode was made again after it was deleted, other than by its data's change", () => {
    const server = new Server();
    server.write(creation("/a"));
    const lastZxid = server.lastZxid;
    server.write(remove("/a"));
    server.write(creation("/a"));
    expect(server.replica.setWatches({ ...wanted, lastZxid, data: ["/a"] }, me)).toEqual([
      { type: "changed", path: "/a" },
    ]);
  });

  it("are those of their connection, and go with it", () => {
    const server = new Server();
    server.replica.setWatches({ ...wanted, exists: ["/a"] }, me);
    server.replica.dropWatches(me);
    expect(server.write(creation("/a"))).toEqual([]);
  });
});
