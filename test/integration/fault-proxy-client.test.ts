import { connect } from "@zookit/core";
import type { Direction } from "@zookit/testing";
import { describe, expect, it } from "vitest";
import { waitUntil } from "../harness/index.js";
import { Proxied } from "./support/proxied.js";

const proxied = new Proxied();

describe("zookit's client behind a fault proxy", () => {
  it("says that the outcome of a write or of an update is unknown when its reply is lost", async () => {
    await using zk = await connect(proxied.proxy.hosts, { sessionTimeoutMs: 4_000 });
    await proxied.proxy.inject({ operation: "create", at: "reply", action: "lose" });
    await expect(zk.create(`${proxied.root}/a`, "", { mode: "ephemeral" })).rejects.toMatchObject({
      code: "connection-loss",
      outcome: "unknown",
    });
    expect((await zk.exists(`${proxied.root}/a`))?.ephemeralOwner).toBe(zk.session.id);
    const fault = await proxied.proxy.inject({ operation: "setData", at: "reply", action: "reset" });
    await expect(zk.update(proxied.root, () => "updated")).rejects.toMatchObject({ code: "unknown-outcome" });
    await fault.happened;
    expect((await zk.get(proxied.root)).stat.version).toBe(1);
  });

  it.each<Direction>(["to-server", "to-client"])(
    "knows that its session is lost in a partition %s",
    async (direction) => {
      await using zk = await connect(proxied.proxy.hosts, { sessionTimeoutMs: 1_000 });
      const { id, lost: sessionLost } = zk.session;
      await zk.create(`${proxied.root}/e`, "", { mode: "ephemeral" });
      await proxied.proxy.partition(direction);
      await waitUntil(() => sessionLost.aborted, { what: "the session is declared lost" });
      // By then, or soon after, the servers have expired it as well: connections through the partition reach nobody.
      await waitUntil(async () => !(await proxied.exists(`${proxied.root}/e`)), {
        what: "the server has expired the session",
      });
      await proxied.proxy.heal();
      await waitUntil(() => zk.state === "connected" && zk.session.id !== id, { what: "a new session is open" });
    },
  );

  it("keeps its session when the network carries a byte at a time (N1)", async () => {
    await proxied.proxy.throttle({ bytes: 1, everyMs: 1 });
    await using zk = await connect(proxied.proxy.hosts, { sessionTimeoutMs: 4_000 });
    const { id } = zk.session;
    await zk.create(`${proxied.root}/a`, "x".repeat(100));
    expect((await zk.get(`${proxied.root}/a`)).data.toString()).toHaveLength(100);
    // More heartbeats than fit into one session timeout.
    const heartbeats = async () => (await proxied.proxy.counts()).requests.sync ?? 0;
    const before = await heartbeats();
    await waitUntil(async () => (await heartbeats()) >= before + 8, { what: "8 heartbeats", timeoutMs: 20_000 });
    expect([zk.session.id, zk.state, zk.session.lost.aborted]).toEqual([id, "connected", false]);
    expect((await proxied.proxy.counts()).connections).toBe(1);
    await proxied.proxy.throttle(undefined);
  });
});
