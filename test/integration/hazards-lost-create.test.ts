/** Creations that were applied although their answer never came. */
import { connect, digestAcl, NoAuthError, type ZooKeeper } from "@zookit/core";
import { Lock } from "@zookit/lock";
import { FaultProxy } from "@zookit/testing";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";

describe("a creation whose answer is lost", () => {
  let observer: ZooKeeper;
  let proxy: FaultProxy;
  let root: string;

  beforeAll(async () => {
    observer = await connect(sharedHosts(), { auth: { scheme: "digest", credentials: "owner:secret" } });
  });
  afterAll(() => observer?.close());
  beforeEach(async () => {
    root = uniqueRoot();
    await observer.create(root);
    proxy = await FaultProxy.start(sharedHosts());
  });
  afterEach(async () => {
    await proxy.stop();
    await observer.delete(root, { recursive: true });
  });

  const client = () => connect(proxy.hosts, { sessionTimeoutMs: 4_000 });
  const loseAnswer = () => proxy.inject({ operation: "create", at: "reply", action: "lose" });

  it("is unknown to create, which neither repeats it nor says that the znode exists already (H8)", async () => {
    await using zk = await client();
    const path = `${root}/mine`;
    const fault = await loseAnswer();
    await expect(zk.create(path, "mine")).rejects.toMatchObject({ code: "connection-loss", outcome: "unknown", path });
    await fault.happened;
    expect(String((await observer.get(path)).data)).toBe("mine");
  });

  it("is the same as another's to ensurePath, which is content with either (H8)", async () => {
    await using zk = await client();
    const fault = await loseAnswer();
    await zk.ensurePath(`${root}/a`);
    await fault.happened;
    expect(await observer.exists(`${root}/a`)).toMatchObject({ version: 0 });
  });

  it("gets its ACL all the same from ensurePath, and another's znode keeps its own (H8)", async () => {
    await using zk = await connect(proxy.hosts, {
      sessionTimeoutMs: 4_000,
      auth: { scheme: "digest", credentials: "owner:secret" },
      acl: [digestAcl("owner", "secret")],
    });
    await using stranger = await connect(sharedHosts());
    await stranger.create(`${root}/theirs`);
    const fault = await loseAnswer();
    await zk.ensurePath(`${root}/ours`);
    await fault.happened;
    await zk.ensurePath(`${root}/theirs`);
    await expect(stranger.get(`${root}/ours`)).rejects.toBeInstanceOf(NoAuthError);
    expect(await stranger.get(`${root}/theirs`)).toMatchObject({ stat: { aversion: 0 } });
  });

  it("is not found again in a znode of its name that belongs to another session (H3)", async () => {
    const path = `${root}/lock`;
    await observer.create(path);
    await using zk = await client();
    const contenders = async () => (await observer.children(path)).children;
    const held = await proxy.inject({ operation: "create", at: "reply", action: "hold" });
    const acquiring = new Lock(zk, path).acquire({ timeoutMs: 10_000 });
    await held.happened;
    // The answer never comes; what the id leads to after the reconnect is of another session.
    const [own = ""] = await waitUntil(async () => (await contenders()).length === 1 && (await contenders()), {
      what: "the znode is there",
    });
    await proxy.refuse();
    await observer.delete(`${path}/${own}`);
    const prefix = own.slice(0, -10);
    const foreign = await observer.create(`${path}/${prefix}`, "", { mode: "ephemeral-sequential" });
    await proxy.accept();
    const handle = await acquiring;
    expect(zk.session.epoch).toBe(1);
    expect(handle.path).not.toBe(foreign);
    expect((await observer.exists(handle.path))?.ephemeralOwner).toBe(zk.session.id);
    await waitUntil(async () => (await contenders()).length === 1, { what: "the one of the other session is gone" });
    expect(handle.isHeld()).toBe(true);
    await handle.release();
  });
});
