import { type Direction, FaultProxy, type FaultRule, type Throttle } from "@zookit/testing";
import { describe, expect, it } from "vitest";
import { MAX_FRAME_LENGTH, toFrame } from "../../packages/testing/src/wire/index.js";
import { fourLetterWord } from "../harness/four-letter-word.js";
import { waitUntil } from "../harness/index.js";
import { WireClient } from "../harness/wire-client.js";
import { create, lost, Proxied, target } from "./support/proxied.js";

const proxied = new Proxied();

describe("the verbs of a fault proxy before a real server", () => {
  it("carries everything when nothing is asked for, and counts it", async () => {
    const client = await proxied.client();
    await Promise.all([create(client, `${proxied.root}/a`), create(client, `${proxied.root}/b`)]);
    await client.ping();
    expect(await proxied.proxy.counts()).toMatchObject({
      connections: 1,
      requests: { connect: 1, create: 2, ping: 1 },
      bytesToClient: 4 + 37 + 2 * (4 + 16 + 4 + proxied.root.length + 2) + (4 + 16),
    });
    await client.close();
  });

  it("carries four-letter words", async () => {
    const [host = "", port] = proxied.proxy.hosts.split(":");
    expect(await fourLetterWord(host, Number(port), "srvr", 5_000)).toContain("Zookeeper version");
  });

  it("leaves it to the server to refuse what is too large", async () => {
    const client = await proxied.client();
    client.write(toFrame(Buffer.alloc(MAX_FRAME_LENGTH + 1)));
    await client.ended;
    await (await proxied.client()).close();
  });

  it("cut: connections end, sessions do not", async () => {
    const client = await proxied.client();
    await proxied.proxy.cut();
    expect(await client.ended).toBeUndefined();
    await using again = await WireClient.connect(proxied.proxy.hosts, { session: client.session });
    expect(again.session.id).toBe(client.session.id);
  });

  it("refuse: connections end and none can be made, until accept", async () => {
    const client = await proxied.client();
    await proxied.proxy.refuse();
    await client.ended;
    await expect(proxied.client()).rejects.toThrow("no answer");
    await proxied.proxy.accept();
    await (await proxied.client()).close();
  });

  it("partition: nothing goes either way, and what should have gone is lost after the heal too", async () => {
    const client = await proxied.client();
    await client.request("exists", { path: `${proxied.root}/witness`, watch: true });
    await proxied.proxy.partition();
    const created = create(client, `${proxied.root}/a`);
    await create(proxied.witness, `${proxied.root}/witness`);
    await proxied.proxy.heal();
    await expect(created).rejects.toThrow(lost);
    expect(client.events).toEqual([]);
    expect(await proxied.exists(`${proxied.root}/a`)).toBe(false);
    await (await proxied.client()).close();
  });

  it("partition to the client: the server goes on applying, and the client does not learn it", async () => {
    const client = await proxied.client();
    await proxied.proxy.partition("to-client");
    const created = create(client, `${proxied.root}/a`);
    await proxied.untilExists(`${proxied.root}/a`);
    await proxied.proxy.heal();
    await expect(created).rejects.toThrow(lost);
  });

  it("partition to the server: it hears nothing, while its watch events arrive", async () => {
    const client = await proxied.client();
    await client.request("exists", { path: `${proxied.root}/witness`, watch: true });
    await proxied.proxy.partition("to-server");
    const created = create(client, `${proxied.root}/a`);
    await create(proxied.witness, `${proxied.root}/witness`);
    expect(await client.event()).toMatchObject({ path: `${proxied.root}/witness` });
    await proxied.proxy.heal();
    await expect(created).rejects.toThrow(lost);
    expect(await proxied.exists(`${proxied.root}/a`)).toBe(false);
  });

  it.each<Direction>(["to-client", "to-server"])("partition %s: no connection can be made", async (direction) => {
    await proxied.proxy.partition(direction);
    const client = proxied.client();
    const settled = client.catch((error: Error) => error.message);
    await waitUntil(async () => (await proxied.proxy.counts()).connections === 1, { what: "the client has connected" });
    await proxied.proxy.heal();
    expect(await settled).toBe("no answer to the handshake");
    expect(await proxied.proxy.counts()).toMatchObject({ bytesToServer: 0, bytesToClient: 0 });
  });

  it("delay: everything is late by so much in its direction, and in order", async () => {
    const client = await proxied.client();
    await proxied.proxy.delay(60);
    const begun = performance.now();
    const replies = await Promise.all([create(client, `${proxied.root}/a`), create(client, `${proxied.root}/b`)]);
    expect(performance.now() - begun).toBeGreaterThan(110);
    expect(replies.map(({ body }) => body?.path)).toEqual([`${proxied.root}/a`, `${proxied.root}/b`]);
    await proxied.proxy.delay(0);
    await client.close();
  });

  it("delay to the client: requests sent back to back are one flight for certain", async () => {
    const client = await proxied.client();
    await proxied.proxy.delay(30, "to-client");
    const { flights } = await proxied.proxy.counts();
    for (let round = 0; round < 5; round++)
      await Promise.all([client.ping(), create(client, `${proxied.root}/${round}`)]);
    expect((await proxied.proxy.counts()).flights - flights).toBe(5);
    await client.close();
  });

  it("throttle: a byte at a time is slow, and correct", async () => {
    await proxied.proxy.throttle({ bytes: 1, everyMs: 1 });
    const client = await proxied.client();
    const begun = performance.now();
    expect((await create(client, `${proxied.root}/a`)).body?.path).toBe(`${proxied.root}/a`);
    expect(performance.now() - begun).toBeGreaterThan(100);
    await proxied.proxy.throttle(undefined);
    await client.close();
  });

  it("stop: connections end, the port is free, and calls reject; a second stop changes nothing", async () => {
    const client = await proxied.client();
    const fault = await proxied.proxy.inject({ at: "reply", action: "hold" });
    const counts = proxied.proxy.counts();
    await Promise.all([
      proxied.proxy.stop(),
      proxied.proxy.stop(),
      expect(counts).rejects.toMatchObject({ code: "stopped" }),
    ]);
    await client.ended;
    await expect(fault.happened).rejects.toMatchObject({ code: "stopped" });
    await expect(proxied.proxy.cut()).rejects.toMatchObject({ name: "TestingError", code: "stopped" });
    const port = Number(proxied.proxy.hosts.split(":")[1]);
    await using next = await FaultProxy.start(target, { port });
    expect(next.hosts).toBe(proxied.proxy.hosts);
    await expect(FaultProxy.start(target, { port })).rejects.toMatchObject({ code: "unavailable" });
  });

  it("refuses bad input with a typed error, and goes on", async () => {
    const invalid = { name: "TestingError", code: "invalid-argument" };
    await expect(FaultProxy.start(`${target},${target}`)).rejects.toMatchObject(invalid);
    await expect(FaultProxy.start(target, { port: -1 })).rejects.toMatchObject(invalid);
    await expect(proxied.proxy.partition("up" as Direction)).rejects.toMatchObject(invalid);
    await expect(proxied.proxy.delay(-1)).rejects.toMatchObject(invalid);
    await expect(proxied.proxy.throttle({ bytes: 0 } as Throttle)).rejects.toMatchObject(invalid);
    await expect(proxied.proxy.inject({ at: "reply" } as FaultRule)).rejects.toMatchObject(invalid);
    await (await proxied.client()).close();
  });
});
