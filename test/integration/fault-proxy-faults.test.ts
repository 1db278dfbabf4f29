import { describe, expect, it } from "vitest";
import { create, lost, Proxied } from "./support/proxied.js";

const proxied = new Proxied();

describe("the faults of a proxy before a real server", () => {
  it("lose at request: never applied", async () => {
    const client = await proxied.client();
    const fault = await proxied.proxy.inject({ operation: "create", at: "request", action: "lose" });
    await expect(create(client, `${proxied.root}/a`)).rejects.toThrow(lost);
    await fault.happened;
    expect(await client.ended).toBeUndefined();
    expect(await proxied.exists(`${proxied.root}/a`)).toBe(false);
  });

  it.each(["lose", "reset"] as const)("%s at reply: applied, and not learnt", async (action) => {
    const client = await proxied.client();
    const fault = await proxied.proxy.inject({ operation: "create", at: "reply", action });
    await expect(create(client, `${proxied.root}/a`)).rejects.toThrow(lost);
    await fault.happened;
    expect(await client.ended).toEqual(
      action === "reset" ? expect.objectContaining({ code: "ECONNRESET" }) : undefined,
    );
    expect(await proxied.exists(`${proxied.root}/a`)).toBe(true);
  });

  it("what was carried before a request that is lost is applied, however close it was", async () => {
    for (let round = 0; round < 20; round++) {
      const client = await proxied.client();
      await proxied.proxy.inject({ operation: "delete", at: "request", action: "lose" });
      const created = create(client, `${proxied.root}/${round}`).catch(() => undefined);
      const deleted = client.request("delete", { path: `${proxied.root}/${round}`, version: -1 });
      await expect(deleted).rejects.toThrow(lost);
      await created;
      await proxied.untilExists(`${proxied.root}/${round}`);
    }
  });

  it("counts over all connections: the second create is lost, on whichever it comes", async () => {
    const [one, two] = [await proxied.client(), await proxied.client()];
    const fault = await proxied.proxy.inject({ operation: "create", at: "request", nth: 2, action: "lose" });
    await one.ping();
    await create(one, `${proxied.root}/a`);
    await expect(create(two, `${proxied.root}/b`)).rejects.toThrow(lost);
    await fault.happened;
    expect([await proxied.exists(`${proxied.root}/a`), await proxied.exists(`${proxied.root}/b`)]).toEqual([
      true,
      false,
    ]);
    await one.close();
  });

  it("drop at request: this connection's requests vanish, and its events still arrive", async () => {
    const client = await proxied.client();
    const other = await proxied.client();
    await client.request("exists", { path: `${proxied.root}/b`, watch: true });
    const fault = await proxied.proxy.inject({ operation: "create", at: "request", action: "drop" });
    const created = [create(client, `${proxied.root}/a`), create(client, `${proxied.root}/c`)].map((reply) =>
      reply.catch(() => "lost"),
    );
    await fault.happened;
    await create(other, `${proxied.root}/b`);
    expect(await client.event()).toMatchObject({ path: `${proxied.root}/b` });
    await proxied.proxy.heal();
    expect(await Promise.all(created)).toEqual(["lost", "lost"]);
    expect([await proxied.exists(`${proxied.root}/a`), await proxied.exists(`${proxied.root}/c`)]).toEqual([
      false,
      false,
    ]);
    // It was not this one that was partitioned.
    await other.close();
  });

  it("drop at reply: requests go on being applied", async () => {
    const client = await proxied.client();
    await proxied.proxy.inject({ operation: "ping", at: "reply", action: "drop" });
    const ping = client.ping().catch(() => "lost");
    const created = create(client, `${proxied.root}/a`).catch(() => "lost");
    await proxied.untilExists(`${proxied.root}/a`);
    client.destroy();
    expect(await Promise.all([ping, created])).toEqual(["lost", "lost"]);
  });

  it("hold at reply: applied at once, learnt at the release, and nothing overtakes it", async () => {
    const client = await proxied.client();
    const fault = await proxied.proxy.inject({ operation: "create", at: "reply", action: "hold" });
    const order: string[] = [];
    const created = create(client, `${proxied.root}/a`).then(() => order.push("create"));
    const pinged = client.ping().then(() => order.push("ping"));
    await fault.happened;
    await proxied.untilExists(`${proxied.root}/a`);
    expect(order).toEqual([]);
    await fault.release();
    await Promise.all([created, pinged]);
    expect(order).toEqual(["create", "ping"]);
    await client.close();
  });

  it("hold at request: not applied before the release", async () => {
    const client = await proxied.client();
    const fault = await proxied.proxy.inject({ operation: "create", at: "request", action: "hold" });
    const created = create(client, `${proxied.root}/a`);
    await fault.happened;
    expect(await proxied.exists(`${proxied.root}/a`)).toBe(false);
    await fault.cancel();
    expect((await created).header.err).toBe(0);
    await client.close();
  });

  it("a delay: late by so much", async () => {
    const client = await proxied.client();
    await proxied.proxy.inject({ operation: "create", at: "request", action: { delayMs: 100 } });
    const begun = performance.now();
    await create(client, `${proxied.root}/a`);
    expect(performance.now() - begun).toBeGreaterThan(95);
    await client.close();
  });

  it("the reply that opens a session can be lost", async () => {
    const fault = await proxied.proxy.inject({ operation: "connect", at: "reply", action: "lose" });
    await expect(proxied.client()).rejects.toThrow("no answer");
    await fault.happened;
    expect(await proxied.proxy.counts()).toMatchObject({
      requests: { connect: 1 },
      bytesToServer: 49,
      bytesToClient: 0,
    });
    await (await proxied.client()).close();
  });

  it("a watch event can be lost", async () => {
    const client = await proxied.client();
    await client.request("exists", { path: `${proxied.root}/a`, watch: true });
    const fault = await proxied.proxy.inject({ operation: "event", at: "reply", action: "lose" });
    await create(proxied.witness, `${proxied.root}/a`);
    await fault.happened;
    await client.ended;
    expect(client.events).toEqual([]);
  });

  it("a fault that is cancelled does not happen", async () => {
    const client = await proxied.client();
    const fault = await proxied.proxy.inject({ at: "request", action: "lose" });
    await fault.cancel();
    await expect(fault.happened).rejects.toMatchObject({ code: "cancelled" });
    expect((await create(client, `${proxied.root}/a`)).header.err).toBe(0);
    await client.close();
  });
});
