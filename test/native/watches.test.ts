/** Watches: what they cost, and what becomes of them when the session does not outlive them. */
import { queryObjects } from "node:v8";
import { connect, type ZooKeeper } from "@zookit/core";
import { startTestServer, type TestServer } from "@zookit/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uniqueRoot, waitUntil } from "../harness/index.js";
import { orderlyEnd, Program } from "./support/program.js";

let server: TestServer;
let writer: ZooKeeper;
beforeAll(async () => {
  server = await startTestServer();
  writer = await connect(server.hosts);
});
afterAll(async () => {
  await writer.close();
  await server.stop();
});

describe("watches", () => {
  it("leave nothing in memory when they have fired (N4)", async () => {
    await using zk = await connect(server.hosts);
    const path = await writer.create(uniqueRoot(), "0");
    const values = zk.watchData(path)[Symbol.asyncIterator]();
    let written = 0;
    const fire = async (times: number) => {
      for (const last = written + times; written < last; ) {
        // The next value is waited for, and so the watch armed, before it is there.
        const next = values.next();
        await writer.set(path, String(++written));
        await next;
      }
    };
    await fire(100);
    const before = Number(queryObjects(Function));
    await fire(1_000);
    // A watch that leaks keeps one function at least.
    const grown = Number(queryObjects(Function)) - before;
    expect(grown).toBeLessThan(200);
    await values.return?.();
  });

  it("that are waited for when the session expires go on in the next one (N12)", async () => {
    await using zk = await connect(server.hosts, { sessionTimeoutMs: 10_000 });
    const { session } = zk;
    const path = await writer.create(uniqueRoot(), "before");
    const data = zk.watchData(path)[Symbol.asyncIterator]();
    const children = zk.watchChildren(path)[Symbol.asyncIterator]();
    await Promise.all([data.next(), children.next()]);
    const next = Promise.all([data.next(), children.next()]);
    await server.expireSession(session.id);
    // Long before its own deadline could tell.
    await waitUntil(() => session.lost.aborted, { timeoutMs: 5_000, what: "the client knows" });
    await writer.set(path, "after");
    await writer.create(`${path}/child`);
    const [{ value: node }, { value: listing }] = await next;
    expect(String(node?.data)).toBe("after");
    expect(listing?.children).toEqual(["child"]);
    expect(zk.session.epoch).toBe(2);
    await Promise.all([data.return?.(), children.return?.()]);
  });

  it("of several clients for one znode are told to each of them (N3)", async () => {
    const path = await writer.create(uniqueRoot());
    await using program = new Program("watch", [server.hosts, path]);
    await program.says("watching");
    await writer.delete(path);
    expect(await program.ending()).toEqual(orderlyEnd("watching", "seen by both"));
  });

  it("can end in the closing of their session, by the very event that one of them tells or by a loss (N2)", async () => {
    const path = await writer.create(uniqueRoot());
    await using program = new Program("close-in-event", [server.hosts, path]);
    await program.says("watching");
    await writer.delete(path);
    await program.says("first closed");
    for (const { id } of await server.sessions()) if (id !== writer.session.id) await server.dropConnection(id);
    expect(await program.ending()).toEqual(orderlyEnd("watching", "first closed", "second closed"));
  });
});
