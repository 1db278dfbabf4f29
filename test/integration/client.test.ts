/** The surface of ZooKeeper on a real server: modes, versions, paths, permissions. */
import {
  BadVersionError,
  CREATOR_ALL_ACL,
  connect,
  DataTooLargeError,
  digestAcl,
  InvalidArgumentError,
  NoAuthError,
  NoChildrenForEphemeralsError,
  NodeExistsError,
  NoNodeError,
  NotEmptyError,
  Permission,
  type ZooKeeper,
} from "@zookit/core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";

let zk: ZooKeeper;
let root: string;

beforeAll(async () => {
  zk = await connect(sharedHosts());
});
afterAll(async () => {
  await zk.close();
});
beforeEach(async () => {
  root = uniqueRoot();
  await zk.create(root);
});
afterEach(async () => {
  await zk.delete(root, { recursive: true });
});

describe("create", () => {
  it("stores text as UTF-8, bytes as they are, and nothing when nothing is given", async () => {
    await zk.create(`${root}/text`, "grüße");
    await zk.create(`${root}/bytes`, new Uint8Array([0, 255, 10]));
    await zk.create(`${root}/empty`);
    expect(String((await zk.get(`${root}/text`)).data)).toBe("grüße");
    expect([...(await zk.get(`${root}/bytes`)).data]).toEqual([0, 255, 10]);
    expect((await zk.get(`${root}/empty`)).data).toHaveLength(0);
  });

  it("makes a persistent znode that outlives its client, with the Stat of a new one", async () => {
    const path = `${root}/persistent`;
    await using other = await connect(sharedHosts());
    expect(await other.create(path, "x")).toBe(path);
    await other.close();
    const { stat } = await zk.get(path);
    expect(stat).toMatchObject({ version: 0, cversion: 0, aversion: 0, ephemeralOwner: undefined, dataLength: 1 });
    expect(stat.mzxid).toBe(stat.czxid);
    expect(stat.ctime).toBeInstanceOf(Date);
  });

  it("numbers sequential znodes in the order of their creation, each under the path that it returns", async () => {
    const paths = [];
    for (let n = 0; n < 3; n++) paths.push(await zk.create(`${root}/job-`, "", { mode: "persistent-sequential" }));
    expect(paths).toEqual([0, 1, 2].map((n) => `${root}/job-000000000${n}`));
    for (const path of paths) expect(await zk.exists(path)).toBeDefined();
  });

  it("takes a sequential path that ends in a slash: the number is the whole name", async () => {
    expect(await zk.create(`${root}/`, "", { mode: "ephemeral-sequential" })).toBe(`${root}/0000000000`);
  });

  it.each(["ephemeral", "ephemeral-sequential"] as const)(
    "makes an %s znode that is gone when its client closes",
    async (mode) => {
      const other = await connect(sharedHosts());
      const path = await other.create(`${root}/mine`, "", { mode });
      expect(await zk.exists(path)).toMatchObject({ ephemeralOwner: other.session.id });
      await other.close();
      expect(await zk.exists(path)).toBeUndefined();
    },
  );

  it("makes a container that is reaped after its last child", async () => {
    await zk.create(`${root}/container`, "", { mode: "container" });
    await zk.create(`${root}/container/child`);
    await zk.delete(`${root}/container/child`);
    await waitUntil(async () => (await zk.exists(`${root}/container`)) === undefined, {
      what: "the container is reaped",
    });
  });

  it.each(["persistent", "persistent-sequential"] as const)(
    "makes a %s znode with a time to live that is reaped",
    async (mode) => {
      const path = await zk.create(`${root}/ttl`, "x", { mode, ttlMs: 100 });
      expect(String((await zk.get(path)).data)).toBe("x");
      await waitUntil(async () => (await zk.exists(path)) === undefined, { what: "the TTL znode is reaped" });
    },
  );

  it("creates the missing parents only when it is asked to, and leaves those that are there as they are", async () => {
    const path = `${root}/a/b/c`;
    await expect(zk.create(path)).rejects.toBeInstanceOf(NoNodeError);
    expect(await zk.exists(`${root}/a`)).toBeUndefined();
    await zk.create(`${root}/a`, "kept");
    await zk.create(path, "x", { parents: true });
    expect(String((await zk.get(`${root}/a`)).data)).toBe("kept");
    expect(String((await zk.get(path)).data)).toBe("x");
  });

  it("rejects with the typed error of each refusal", async () => {
    await expect(zk.create(root)).rejects.toBeInstanceOf(NodeExistsError);
    await zk.create(`${root}/ephemeral`, "", { mode: "ephemeral" });
    await expect(zk.create(`${root}/ephemeral/below`)).rejects.toBeInstanceOf(NoChildrenForEphemeralsError);
    await expect(zk.create("/")).rejects.toBeInstanceOf(NodeExistsError);
  });

  it("accepts data up to exactly the server's limit, and refuses one byte more before it is sent (H10)", async () => {
    // The request without its data: header 8, path 4 + n, data length 4, open ACL 27, flags 4.
    const path = `${root}/largest`;
    const largest = 0xfffff - (8 + 4 + path.length + 4 + 27 + 4);
    await expect(zk.create(path, new Uint8Array(largest + 1))).rejects.toBeInstanceOf(DataTooLargeError);
    await zk.create(path, new Uint8Array(largest));
    expect((await zk.exists(path))?.dataLength).toBe(largest);
    // A set has a version of 4 where a create has its ACL and flags.
    const forSet = largest + 27;
    await expect(zk.set(path, new Uint8Array(forSet + 1))).rejects.toBeInstanceOf(DataTooLargeError);
    await zk.set(path, new Uint8Array(forSet));
    expect((await zk.exists(path))?.dataLength).toBe(forSet);
    expect(zk.session.epoch).toBe(1);
  });
});

describe("set, delete and exists", () => {
  it("write only the version that they were conditional on", async () => {
    const path = await zk.create(`${root}/versioned`, "0");
    expect(await zk.set(path, "1", { version: 0 })).toMatchObject({ version: 1 });
    await expect(zk.set(path, "2", { version: 0 })).rejects.toBeInstanceOf(BadVersionError);
    await expect(zk.delete(path, { version: 0 })).rejects.toBeInstanceOf(BadVersionError);
    expect(String((await zk.get(path)).data)).toBe("1");
    expect(await zk.set(path, "any")).toMatchObject({ version: 2 });
    await zk.delete(path, { version: 2 });
    expect(await zk.exists(path)).toBeUndefined();
  });

  it("reject with a NoNodeError where there is nothing", async () => {
    const path = `${root}/missing`;
    for (const call of [
      zk.set(path, ""),
      zk.delete(path),
      zk.get(path),
      zk.children(path),
      zk.update(path, () => ""),
    ]) {
      await expect(call).rejects.toMatchObject({ name: "NoNodeError", path, outcome: "not-applied" });
    }
  });

  it("delete refuses a znode with children, unless it is recursive", async () => {
    await zk.create(`${root}/tree/a/b`, "", { parents: true });
    await expect(zk.delete(`${root}/tree`)).rejects.toBeInstanceOf(NotEmptyError);
    await zk.delete(`${root}/tree`, { recursive: true });
    expect((await zk.children(root)).children).toEqual([]);
  });

  it("a recursive delete takes children too that appear while it runs", async () => {
    const tree = await zk.create(`${root}/tree`);
    await Promise.all(Array.from({ length: 50 }, (_, n) => zk.create(`${tree}/${n}/x`, "", { parents: true })));
    await using other = await connect(sharedHosts());
    let created = 0;
    const intruder = (async () => {
      for (; created < 300; created++) await other.create(`${tree}/intruder-${created}`);
    })();
    const stopped = intruder.catch((error) => expect(error).toBeInstanceOf(NoNodeError));
    await waitUntil(() => created > 5, { what: "the other client creates" });
    await zk.delete(tree, { recursive: true });
    await stopped;
    expect(await zk.exists(tree)).toBeUndefined();
  });

  it("a recursive delete of thousands of children does not lose the session by its own flood of requests (H27)", async () => {
    const tree = await zk.create(`${root}/tree`);
    await using other = await connect(sharedHosts(), { sessionTimeoutMs: 1_000 });
    for (let n = 0; n < 8_000; n += 400) {
      await Promise.all(Array.from({ length: 400 }, (_, k) => zk.create(`${tree}/${n + k}`)));
    }
    await other.delete(tree, { recursive: true });
    expect(other.session.epoch).toBe(1);
  });
});

describe("update", () => {
  it("loses no increment of five clients that count to 100 together", async () => {
    const path = await zk.create(`${root}/counter`, "0");
    const clients = await Promise.all(Array.from({ length: 5 }, () => connect(sharedHosts())));
    await Promise.all(
      clients.map(async (client) => {
        for (let n = 0; n < 20; n++)
          await client.update(path, (data) => String(Number(data) + 1), { timeoutMs: 30_000 });
        await client.close();
      }),
    );
    const { data, stat } = await zk.get(path);
    expect([String(data), stat.version]).toEqual(["100", 100]);
  });

  it("returns what is stored then, and leaves the znode as it is when its function returns undefined", async () => {
    const path = await zk.create(`${root}/updated`, "a");
    const updated = await zk.update(path, async (data, stat) => `${data}${stat.version}`);
    expect([String(updated.data), updated.stat.version]).toEqual(["a0", 1]);
    const same = await zk.update(path, () => undefined);
    expect(same.stat).toEqual(updated.stat);
    expect(await zk.get(path)).toEqual(same);
  });
});

describe("ensurePath", () => {
  it("creates what is missing, leaves what is there, and can be repeated", async () => {
    await zk.set(root, "kept");
    await Promise.all([zk.ensurePath(`${root}/a/b/c`), zk.ensurePath(`${root}/a/b/d`), zk.ensurePath("/")]);
    await zk.ensurePath(`${root}/a/b/c`);
    expect(String((await zk.get(root)).data)).toBe("kept");
    expect((await zk.children(`${root}/a/b`)).children.toSorted()).toEqual(["c", "d"]);
  });
});

describe("with a chroot", () => {
  it("names znodes in errors as the caller does (H88)", async () => {
    const root = uniqueRoot();
    await using rooted = await connect(`${sharedHosts()}${root}/deep`);
    await expect(rooted.get("/missing")).rejects.toMatchObject({ code: "no-node", path: "/missing" });
    const tooLarge = rooted.create("/large", "x".repeat(2 ** 20), { parents: true });
    await expect(tooLarge).rejects.toMatchObject({ code: "data-too-large", path: "/large" });
    await rooted.create("/ephemeral", "", { mode: "ephemeral", parents: true });
    const below = rooted.ensurePath("/ephemeral/child");
    await expect(below).rejects.toMatchObject({ code: "no-children-for-ephemerals", path: "/ephemeral/child" });
    await rooted.delete("/ephemeral");
    await using zk = await connect(sharedHosts());
    await zk.delete(root, { recursive: true });
  });

  it("works in a chroot that does not exist yet, and every path is the client's own (H85)", async () => {
    const chroot = `${root}/not/there`;
    await using inside = await connect(`${sharedHosts()}${chroot}`);
    await expect(inside.create("/a")).rejects.toMatchObject({ name: "NoNodeError", path: "/a" });
    await inside.ensurePath("/");
    expect(await inside.create("/a/b", "x", { parents: true })).toBe("/a/b");
    expect(await inside.create("/a/n-", "", { mode: "persistent-sequential" })).toBe("/a/n-0000000001");
    await expect(inside.sync("/a")).resolves.toBeUndefined();
    expect((await inside.children("/")).children).toEqual(["a"]);
    expect(String((await zk.get(`${chroot}/a/b`)).data)).toBe("x");
    const watched = inside.watchData("/a/b")[Symbol.asyncIterator]();
    await watched.next();
    await zk.set(`${chroot}/a/b`, "y");
    expect(String((await watched.next()).value?.data)).toBe("y");
    await watched.return?.();
    await inside.delete("/a", { recursive: true });
    expect((await zk.children(chroot)).children).toEqual([]);
  });

  it("never leaves it, not with a sequential znode of the root either (H85)", async () => {
    const chroot = `${root}/inside`;
    await zk.create(chroot);
    await using inside = await connect(`${sharedHosts()}${chroot}`);
    const created = await inside.create("/", "x", { mode: "persistent-sequential" }).catch((error) => error);
    expect((await zk.children(root)).children).toEqual(["inside"]);
    if (created instanceof Error) expect(created).toBeInstanceOf(InvalidArgumentError);
    else expect(await inside.exists(created)).toBeDefined();
  });
});

describe("permissions", () => {
  const credentials = { scheme: "digest", credentials: "user:secret" };

  it("what a client with an ACL of its own creates is closed to others, parents included (N18)", async () => {
    await using owner = await connect(sharedHosts(), { auth: credentials, acl: CREATOR_ALL_ACL });
    await owner.create(`${root}/mine/below`, "secret", { parents: true });
    for (const path of [`${root}/mine`, `${root}/mine/below`]) {
      await expect(zk.get(path)).rejects.toBeInstanceOf(NoAuthError);
      expect(await zk.exists(path)).toMatchObject({ aversion: 1 });
    }
    expect(String((await owner.get(`${root}/mine/below`)).data)).toBe("secret");
    await owner.delete(`${root}/mine`, { recursive: true });
  });

  it("setAcl replaces the list, conditional on its own version", async () => {
    const path = await zk.create(`${root}/open`, "x");
    await zk.setAcl(path, [
      digestAcl("user", "secret"),
      { scheme: "world", id: "anyone", permissions: Permission.read },
    ]);
    await expect(zk.set(path, "y")).rejects.toBeInstanceOf(NoAuthError);
    expect(String((await zk.get(path)).data)).toBe("x");
    await using owner = await connect(sharedHosts(), { auth: credentials });
    await expect(owner.setAcl(path, [digestAcl("user", "secret")], { version: 0 })).rejects.toBeInstanceOf(
      BadVersionError,
    );
    await owner.setAcl(path, [digestAcl("user", "secret")], { version: 1 });
    await expect(zk.get(path)).rejects.toBeInstanceOf(NoAuthError);
    await owner.delete(path, { recursive: true });
  });
});
