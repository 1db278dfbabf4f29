/** What goes through the binding arrives as it was meant, in both directions; what goes wrong is told in full. */
import { connect, digestAcl, OPEN_ACL, type ZooKeeper, ZookitError } from "@zookit/core";
import { FaultProxy, startTestServer, type TestServer } from "@zookit/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { uniqueRoot } from "../harness/index.js";
import { WireClient } from "../harness/wire-client.js";

let server: TestServer;
let proxy: FaultProxy;
let zk: ZooKeeper;
let path: string;
beforeAll(async () => {
  server = await startTestServer();
  proxy = await FaultProxy.start(server.hosts);
  zk = await connect(proxy.hosts, { sessionTimeoutMs: 4_000 });
});
afterAll(async () => {
  await zk.close();
  await proxy.stop();
  await server.stop();
});
beforeEach(async () => {
  path = await zk.create(uniqueRoot());
});

describe("a version that is not given", () => {
  it.each([undefined, {}, { version: undefined }])("means any, never 0: %o (N14)", async (options) => {
    for (const data of ["one", "two"]) await zk.set(path, data);
    expect(await zk.set(path, "three", options)).toMatchObject({ version: 3 });
    for (const acl of [OPEN_ACL, OPEN_ACL]) await zk.setAcl(path, acl);
    await zk.setAcl(path, OPEN_ACL, options);
    expect(await zk.exists(path)).toMatchObject({ aversion: 3 });
    await zk.delete(path, options);
    expect(await zk.exists(path)).toBeUndefined();
  });
});

describe("exists", () => {
  it("says that there is no znode only if a server has said so, not when the connection is lost (N16)", async () => {
    await proxy.inject({ operation: "exists", at: "reply", action: "lose" });
    expect(await zk.exists(path)).toMatchObject({ version: 0 });
    await proxy.refuse();
    await expect(zk.exists(path, { timeoutMs: 100 })).rejects.toMatchObject({ code: "timeout" });
    await proxy.accept();
    expect(await zk.exists(`${path}/missing`)).toBeUndefined();
  });
});

describe("an error", () => {
  const SECRET = "the data of a znode";

  it.each<[code: string, write: () => Promise<unknown>]>([
    ["node-exists", () => zk.create(path, SECRET)],
    ["no-node", () => zk.set(`${path}/missing`, SECRET)],
    ["bad-version", () => zk.set(path, SECRET, { version: 7 })],
    ["invalid-acl", () => zk.create(`${path}/a`, SECRET, { acl: [{ scheme: "none", id: "", permissions: 31 }] })],
    ["connection-loss", () => lost(() => zk.set(path, SECRET))],
  ])("has a code, %s, a path and an outcome, and does not show the data (N17)", async (code, write) => {
    const error = await write().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ZookitError);
    expect(error).toMatchObject({ code, path: expect.stringContaining(path), outcome: expect.any(String) });
    expect(`${String(error)} ${JSON.stringify(error)}`).not.toContain(SECRET);
  });

  async function lost(write: () => Promise<unknown>): Promise<unknown> {
    await proxy.inject({ operation: "setData", at: "reply", action: "lose" });
    return await write();
  }
});

describe("metadata", () => {
  it("is what the server has sent, to the last bit of its 64-bit numbers (N25)", async () => {
    // Ids of sessions count up: this one is not divisible by the powers of two that a double would round it to.
    await using owner = await connect(server.hosts);
    expect(BigInt(Number(owner.session.id))).not.toBe(BigInt(owner.session.id));
    const own = await owner.create(`${path}/own`, "12345", { mode: "ephemeral" });
    await zk.set(own, "1234567");
    await zk.setAcl(own, [digestAcl("a", "b"), ...OPEN_ACL]);
    await using wire = await WireClient.connect(server.hosts);
    for (const each of [path, own]) {
      const { body } = await wire.request("exists", { path: each, watch: false });
      if (body === undefined) throw new Error(`there is no ${each}`);
      const { ctime, mtime, ephemeralOwner, ...same } = body.stat;
      expect(await zk.exists(each)).toEqual({
        ...same,
        ctime: new Date(Number(ctime)),
        mtime: new Date(Number(mtime)),
        ephemeralOwner: ephemeralOwner === 0n ? undefined : `0x${ephemeralOwner.toString(16)}`,
      });
    }
    expect((await zk.exists(own))?.ephemeralOwner).toBe(owner.session.id);
  });
});

describe("parents that are created on the way", () => {
  it("are empty, and are all there although a connection is lost in between (N26)", async () => {
    await proxy.inject({ operation: "create", at: "reply", nth: 2, action: "lose" });
    await zk.ensurePath(`${path}/a/b/c`);
    await zk.create(`${path}/d/e/f`, "data", { parents: true });
    for (const parent of ["a", "a/b", "a/b/c", "d", "d/e"]) {
      expect((await zk.get(`${path}/${parent}`)).data).toHaveLength(0);
    }
    expect(String((await zk.get(`${path}/d/e/f`)).data)).toBe("data");
  });
});
