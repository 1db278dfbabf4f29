/** The end of a session at the server, when a client is closed at a bad moment. */
import { connect, type ZooKeeper } from "@zookit/core";
import { startTestServer, type TestServer } from "@zookit/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { uniqueRoot, waitUntil } from "../harness/index.js";
import { Program } from "./support/program.js";
import { SlowLink } from "./support/slow-link.js";

let server: TestServer;
let observer: ZooKeeper;
beforeAll(async () => {
  server = await startTestServer();
  observer = await connect(server.hosts);
});
afterAll(async () => {
  await observer.close();
  await server.stop();
});

/** Well within the session timeout of ten seconds, after which it would be gone in any case. */
async function isGone(path: string): Promise<void> {
  await waitUntil(async () => (await observer.exists(path)) === undefined, { what: "it is gone", timeoutMs: 3_000 });
}

describe("a process that closes its client and exits the same moment leaves no ephemeral znode behind", () => {
  it("when it does so at the answer to a request (N9)", async () => {
    const path = uniqueRoot();
    await using program = new Program("close-and-exit", [server.hosts, path, "answer"]);
    expect(await program.ending()).toMatchObject({ code: 0, stderr: "" });
    await isGone(path);
  });

  it("when it does so at the event of a watch (N9)", async () => {
    const path = uniqueRoot();
    await using program = new Program("close-and-exit", [server.hosts, path, "event"]);
    await program.says("watching");
    await observer.set(path, "changed");
    expect(await program.ending()).toMatchObject({ code: 0, stderr: "" });
    await isGone(path);
  });
});

describe("closing a client", () => {
  it("ends its session although an answer is still on its way (N32)", async () => {
    const path = uniqueRoot();
    await using link = await SlowLink.start(server.hosts);
    await using program = new Program("close-under-way", [link.hosts, path]);
    await program.says("created");
    await link.stalled;
    program.tell("close");
    // A CLOSE that does not wait is sent the same moment.
    await program.says("closing");
    link.release();
    await program.says("closed");
    await isGone(path);
  });
});
