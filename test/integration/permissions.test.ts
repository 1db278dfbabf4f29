/** What a client may not do by the ACL of a znode: NoAuthError, nothing changed, nothing left behind, no hanging. */
import { type Acl, connect, digestAcl, Permission, type ZooKeeper } from "@zookit/core";
import { Lock } from "@zookit/lock";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";
import { LOCKS, mustNotRun, type Operation, READS, WRITES } from "./support/operations.js";
import { complaintAbout, rejectionOf } from "./support/refusal.js";
import { snapshot } from "./support/snapshot.js";

const NO_AUTH = { code: "no-auth", name: "NoAuthError" };
const OWNER: Acl = digestAcl("owner", "secret");

const root = uniqueRoot();
let owner: ZooKeeper;
let stranger: ZooKeeper;

/** A znode on which everybody but the owner has just these permissions. */
async function restricted(name: string, permissions?: number): Promise<string> {
  const others = permissions === undefined ? [] : [{ scheme: "world", id: "anyone", permissions }];
  return await owner.create(`${root}/${name}`, "data", { acl: [OWNER, ...others], parents: true });
}

beforeAll(async () => {
  owner = await connect(sharedHosts(), { auth: { scheme: "digest", credentials: "owner:secret" } });
  stranger = await connect(sharedHosts());
});
afterAll(async () => {
  await stranger.close();
  await owner.delete(root, { recursive: true });
  await owner.close();
});

describe("without any permission (H86)", () => {
  // Servers before 3.8.4 answer exists to everybody; sync reads nothing.
  const FREE = ["exists", "sync"];
  const operations: Readonly<Record<string, Operation>> = { ...READS, ...WRITES, ...LOCKS };
  const cases = Object.entries(operations).filter(([name]) => !FREE.includes(name));

  it.each(cases)("%s rejects with a NoAuthError, and nothing is changed", async (name, operation) => {
    const path = await restricted(`closed-${name.replaceAll(/\W/g, "")}`);
    await owner.create(`${path}/child`);
    const before = await snapshot(owner, path);
    expect(complaintAbout(await rejectionOf(() => operation(stranger, path)), NO_AUTH)).toBeUndefined();
    expect(await snapshot(owner, path)).toEqual(before);
  });

  it("exists answers or rejects with a NoAuthError, as the server's version has it", async () => {
    const path = await restricted("exists");
    const answer = await stranger.exists(path).catch((error) => error);
    expect(answer instanceof Error ? complaintAbout(answer, NO_AUTH) : answer).toEqual(
      answer instanceof Error ? undefined : expect.objectContaining({ version: 0 }),
    );
  });

  it("watches reject with a NoAuthError", async () => {
    const path = await restricted("watched");
    for (const stream of [stranger.watchData(path), stranger.watchChildren(path)]) {
      const next = () => stream[Symbol.asyncIterator]().next();
      expect(complaintAbout(await rejectionOf(next), NO_AUTH)).toBeUndefined();
    }
  });

  it("whoever has the credentials may do everything", async () => {
    const path = await restricted("open-to-owner");
    await using friend = await connect(sharedHosts(), { auth: [{ scheme: "digest", credentials: "owner:secret" }] });
    expect(String((await friend.get(path)).data)).toBe("data");
    await friend.delete(path);
  });

  it("wrong credentials are as good as none", async () => {
    const path = await restricted("wrong-password");
    await using liar = await connect(sharedHosts(), { auth: { scheme: "digest", credentials: "owner:guess" } });
    expect(complaintAbout(await rejectionOf(() => liar.get(path)), NO_AUTH)).toBeUndefined();
  });

  it("an unknown scheme of credentials is refused with an AuthFailedError, and the client is not retried for ever", async () => {
    const error = await rejectionOf(() => connect(sharedHosts(), { auth: { scheme: "nonsense", credentials: "x" } }));
    expect(complaintAbout(error, { code: "auth-failed", name: "AuthFailedError" })).toBeUndefined();
  });

  it("an ACL that the server refuses leaves no znode behind", async () => {
    const path = `${root}/invalid-acl`;
    const acl = [{ scheme: "nonsense", id: "x", permissions: Permission.all }];
    const error = await rejectionOf(() => owner.create(path, "", { acl }));
    expect(complaintAbout(error, { code: "invalid-acl", name: "InvalidAclError" })).toBeUndefined();
    expect(await owner.exists(path)).toBeUndefined();
  });
});

describe("a lock whose znode lacks", () => {
  const ALL_BUT = (permission: number) => Permission.all & ~permission;

  it("CREATE rejects with a NoAuthError", async () => {
    const path = await restricted("no-create", ALL_BUT(Permission.create));
    for (const operation of Object.values(LOCKS)) {
      expect(complaintAbout(await rejectionOf(() => operation(stranger, path)), NO_AUTH)).toBeUndefined();
    }
    expect((await owner.children(path)).children).toEqual([]);
  });

  it("READ rejects with a NoAuthError, and leaves no contender behind", async () => {
    const path = await restricted("no-read", ALL_BUT(Permission.read));
    for (const operation of Object.values(LOCKS)) {
      expect(complaintAbout(await rejectionOf(() => operation(stranger, path)), NO_AUTH)).toBeUndefined();
    }
    expect((await owner.children(path)).children).toEqual([]);
  });

  it("DELETE rejects release with a NoAuthError instead of hanging, is not held from then on, and ends with the session", async () => {
    const path = await restricted("no-delete", ALL_BUT(Permission.delete));
    const holder = await connect(sharedHosts());
    const handle = await new Lock(holder, path).acquire();
    for (const release of [() => handle.release(), () => handle.release(), () => handle[Symbol.asyncDispose]()]) {
      expect(complaintAbout(await rejectionOf(release), NO_AUTH)).toBeUndefined();
    }
    expect(handle.isHeld()).toBe(false);
    expect((await owner.children(path)).children).toHaveLength(1);
    await holder.close();
    await waitUntil(async () => (await owner.children(path)).children.length === 0, { what: "its contender is gone" });
  });

  it("DELETE does not end the process when release is not waited for", async () => {
    const path = await restricted("no-delete-aborted", ALL_BUT(Permission.delete));
    const unhandled: unknown[] = [];
    const listen = (reason: unknown) => unhandled.push(reason);
    process.on("unhandledRejection", listen);
    try {
      await using holder = await connect(sharedHosts());
      const handle = await new Lock(holder, path).acquire();
      const reason = new Error("the caller's own reason");
      expect(await rejectionOf(() => handle.release({ signal: AbortSignal.abort(reason) }))).toBe(reason);
      // By the answer to a later request the refusal is there; unhandled rejections are told a turn of the loop later.
      await holder.sync("/");
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off("unhandledRejection", listen);
    }
    expect(unhandled).toEqual([]);
  });

  it("DELETE makes withLock reject with a NoAuthError after the block has run", async () => {
    const path = await restricted("no-delete-block", ALL_BUT(Permission.delete));
    await using holder = await connect(sharedHosts());
    let ran = 0;
    const error = await rejectionOf(() => new Lock(holder, path).withLock(() => ++ran));
    expect(complaintAbout(error, NO_AUTH)).toBeUndefined();
    expect(ran).toBe(1);
  });

  it("DELETE lets an error of the block come through", async () => {
    const path = await restricted("no-delete-failing-block", ALL_BUT(Permission.delete));
    await using holder = await connect(sharedHosts());
    expect(await rejectionOf(() => new Lock(holder, path).withLock(mustNotRun))).toMatchObject({
      message: "the callback ran",
    });
  });
});
