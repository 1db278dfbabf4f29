import type { ZooKeeper } from "@zookit/core";
import { type SimulatedEnsemble, simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { openClient } from "./support/clients.js";

async function withClient(story: (zk: ZooKeeper, ensemble: SimulatedEnsemble) => Promise<void>): Promise<void> {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    await story(zk, ensemble);
    await zk.close();
  });
}

test("a write whose time runs out while it is under way ends in unknown (H9)", async () => {
  await withClient(async (zk, ensemble) => {
    ensemble.planFaults(({ path }) => (path === "/a" ? { point: "delayed", consequence: "reconnect" } : undefined));
    await expect(zk.create("/a", "", { timeoutMs: 100 })).rejects.toMatchObject({
      code: "timeout",
      outcome: "unknown",
    });
    expect(await zk.exists("/a")).toBeDefined();
  });
});

test("a write that no answer comes to while the client closes ends in unknown (H9)", async () => {
  await withClient(async (zk, ensemble) => {
    ensemble.planFaults(({ path }) => (path === "/a" ? { point: "silence", consequence: "reconnect" } : undefined));
    const writing = expect(zk.create("/a")).rejects.toMatchObject({ code: "closed", outcome: "unknown" });
    // What was called has to be sent first.
    await zk.exists("/a", { timeoutMs: 10 }).catch(() => {});
    await zk.close();
    await writing;
    expect(ensemble.tree.read({ type: "exists", path: "/a" }, []).code).toBe(0);
  });
});

test("an update of a znode that was made anew meanwhile ends in unknown, whatever its version (H42)", async () => {
  await withClient(async (zk) => {
    await zk.create("/a", "first");
    const updating = zk.update("/a", async () => {
      await zk.delete("/a");
      await zk.create("/a", "second");
      return "mine";
    });
    await expect(updating).rejects.toMatchObject({ code: "unknown-outcome", outcome: "unknown" });
  });
});

test("an update at version -1, which would be unconditional, is refused (H43)", async () => {
  await withClient(async (zk, ensemble) => {
    await zk.create("/a", "first");
    for (const { tree } of ensemble.servers) tree.override("/a", { version: -1 });
    await expect(zk.update("/a", () => "mine")).rejects.toMatchObject({
      code: "unknown-outcome",
      outcome: "not-applied",
    });
    expect((await zk.get("/a")).data.toString()).toBe("first");
  });
});

test("what no server takes is refused before it is sent (H10)", async () => {
  await withClient(async (zk, ensemble) => {
    const before = ensemble.operationCount;
    await expect(zk.create("/a", Buffer.alloc(2 ** 20))).rejects.toMatchObject({ code: "data-too-large" });
    expect(ensemble.operationCount).toBe(before);
  });
});

test("a session is refused more ephemeral znodes before its end could stop the servers (H31)", async () => {
  await withClient(async (zk) => {
    const name = "x".repeat(2 ** 19);
    for (const letter of ["a", "b", "c"])
      await zk.create(`/${letter}${name}`, "", { mode: "ephemeral" }).catch(() => {});
    await expect(zk.create(`/d${name}`, "", { mode: "ephemeral" })).rejects.toMatchObject({
      code: "too-many-ephemerals",
      outcome: "not-applied",
    });
  });
});

test("an update rejects with what its function throws, even if that says that another znode's version is another one by now", async () => {
  await withClient(async (zk) => {
    await zk.create("/a", "first");
    await zk.create("/b");
    let calls = 0;
    const updating = zk.update("/a", async () => {
      calls++;
      await zk.set("/b", "", { version: 7 });
      return "mine";
    });
    await expect(updating).rejects.toMatchObject({ code: "bad-version", path: "/b" });
    expect(calls).toBe(1);
  });
});

test("an ephemeral znode whose deletion is refused is still counted (H31)", async () => {
  await withClient(async (zk) => {
    const paths = ["a", "b", "c"].map((letter) => `/${letter}${"x".repeat(2 ** 19 - 10)}`);
    for (const path of paths) await zk.create(path, "", { mode: "ephemeral" });
    for (const path of paths)
      await expect(zk.delete(path, { version: 7 })).rejects.toMatchObject({ code: "bad-version" });
    await expect(zk.create("/d".padEnd(100, "x"), "", { mode: "ephemeral" })).rejects.toMatchObject({
      code: "too-many-ephemerals",
    });
  });
});

test("ephemeral znodes that are made at the same time are counted together (H31)", async () => {
  await withClient(async (zk) => {
    const name = "x".repeat(2 ** 19 - 10);
    const making = ["a", "b", "c", "d"].map((letter) => zk.create(`/${letter}${name}`, "", { mode: "ephemeral" }));
    const refused = (await Promise.allSettled(making)).filter(({ status }) => status === "rejected");
    expect(refused).toMatchObject([{ reason: { code: "too-many-ephemerals", outcome: "not-applied" } }]);
  });
});
