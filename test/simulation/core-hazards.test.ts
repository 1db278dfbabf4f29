import { simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { openClient, serverOf, waitFor } from "./support/clients.js";

test("a new session sees what the old one wrote, also behind a server that lags (H18)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    await zk.create("/a", "old");
    for (const server of [0, 1, 2]) ensemble.lagServer(server, 800);
    await zk.set("/a", "new");
    ensemble.expireSession(zk.session.id);
    await waitFor(time, "the client has its next session", () => zk.session.epoch === 2 && zk.state === "connected");
    expect((await zk.get("/a")).data.toString()).toBe("new");
    await zk.close();
  });
});

test("a stream skips what was overtaken and ends with the last value, whatever events were merged (H32)", async () => {
  await simulate(async (ensemble, time) => {
    const writer = await openClient(ensemble);
    const reader = await openClient(ensemble);
    await writer.create("/a", "0");
    const stop = new AbortController();
    const seen: string[] = [];
    const reading = (async () => {
      for await (const found of reader.watchData("/a", { signal: stop.signal })) seen.push(String(found?.data));
    })().catch(() => {});
    await waitFor(time, "the first value", () => seen.length === 1);
    for (let value = 1; value <= 20; value++) await writer.set("/a", String(value));
    await waitFor(time, "the last value", () => seen.at(-1) === "20");
    expect(new Set(seen).size).toBe(seen.length);
    stop.abort();
    await reading;
    await Promise.all([writer.close(), reader.close()]);
  });
});

test("what was created and deleted while the connection was gone is not waited for (H33)", async () => {
  await simulate(async (ensemble, time) => {
    const writer = await openClient(ensemble);
    const reader = await openClient(ensemble);
    const stop = new AbortController();
    const seen: (string | undefined)[] = [];
    const reading = (async () => {
      for await (const found of reader.watchData("/a", { signal: stop.signal })) seen.push(found?.data.toString());
    })().catch(() => {});
    await waitFor(time, "that there is nothing", () => seen.length === 1);
    ensemble.dropConnection(reader.session.id);
    await writer.create("/a", "first");
    await writer.delete("/a");
    await writer.create("/a", "second");
    await waitFor(time, "what is there now", () => seen.at(-1) === "second");
    stop.abort();
    await reading;
    await Promise.all([writer.close(), reader.close()]);
  });
});

test("an update whose answer was lost is applied once (H7)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    await zk.create("/n", "0");
    let lost = 0;
    ensemble.planFaults(({ operation }) =>
      operation === "set" && lost++ === 0 ? { point: "reply-lost", consequence: "lagging" } : undefined,
    );
    // The bytes say by themselves whose write they are, so that finding them proves that it was applied.
    await zk.update("/n", (data) => `${data} +own`, { contains: (data) => data.includes("+own") });
    expect(lost).toBe(2);
    expect((await zk.get("/n")).data.toString()).toBe("0 +own");
    await zk.close();
  });
});

test("a request that arrives after its connection was given up is reported as unknown, not as lost (H9)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    ensemble.planFaults(({ operation }) =>
      operation === "create" ? { point: "late", consequence: "reconnect" } : undefined,
    );
    await expect(zk.create("/late")).rejects.toMatchObject({ code: "connection-loss", outcome: "unknown" });
    expect(await zk.exists("/late")).toBeDefined();
    await zk.close();
  });
});

test("closing lets what is under way end in unknown, and ends the session at once (H9, H28)", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    await zk.create("/e", "", { mode: "ephemeral" });
    const sent = new Promise<void>((resolve) =>
      ensemble.planFaults(({ path }) => {
        if (path === "/under-way") resolve();
        return undefined;
      }),
    );
    const writing = zk.create("/under-way").then(
      () => "applied",
      (error) => error.outcome,
    );
    await sent;
    await zk.close();
    expect(["applied", "unknown"]).toContain(await writing);
    expect(ensemble.sessions).toEqual([]);
    expect(ensemble.tree.read({ type: "exists", path: "/e" }, []).code).toBe(-101);
  });
});

test("who was told of a write sees it after a sync, also behind a server that lags (H40)", async () => {
  await simulate(async (ensemble, time) => {
    const writer = await openClient(ensemble);
    const reader = await openClient(ensemble);
    await writer.create("/a", "old");
    await time.pass(50);
    ensemble.lagServer(serverOf(ensemble, reader), 60_000);
    await writer.set("/a", "new");
    // Told by other means than ZooKeeper, it looks at once.
    expect((await reader.get("/a")).data.toString()).toBe("old");
    await reader.sync("/a");
    expect((await reader.get("/a")).data.toString()).toBe("new");
    await Promise.all([writer.close(), reader.close()]);
  });
});
