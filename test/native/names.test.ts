/** Names of servers. What the name service does at its worst cannot be had otherwise: it is replaced here. */
import { lookup } from "node:dns/promises";
import { connect } from "@zookit/core";
import { startTestServer, type TestServer } from "@zookit/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { waitUntil } from "../harness/index.js";

vi.mock("node:dns/promises", () => ({ lookup: vi.fn() }));

let server: TestServer;
let hosts: string;
beforeAll(async () => {
  server = await startTestServer();
  hosts = server.hosts.replace("127.0.0.1", "no-such-host.invalid");
});
afterAll(() => server.stop());
afterEach(() => vi.resetAllMocks());

type Answer = () => Promise<readonly { readonly address: string; readonly family: number }[]>;

const ANSWERS: Answer = async () => [{ address: "127.0.0.1", family: 4 }];
const FAILS: Answer = () => Promise.reject(new Error("getaddrinfo ENOTFOUND no-such-host.invalid"));
const HANGS: Answer = () => new Promise(() => {});

function nameService(answer: Answer): void {
  vi.mocked(lookup).mockImplementation(answer as unknown as typeof lookup);
}

describe("the name of a server", () => {
  it("is never looked up by the C client, which would block the event loop (N8)", async () => {
    nameService(ANSWERS);
    await using zk = await connect(hosts);
    expect(zk.state).toBe("connected");
  });

  it("that cannot be resolved, at first, is asked for again until it can (N7)", async () => {
    nameService(FAILS);
    const connecting = connect(hosts);
    await waitUntil(() => vi.mocked(lookup).mock.calls.length >= 3, { what: "it was asked for three times" });
    nameService(ANSWERS);
    await using zk = await connecting;
    expect(zk.state).toBe("connected");
  });

  it.each([
    ["cannot be resolved any more", FAILS],
    ["is asked for in vain", HANGS],
  ])("that %s does not cost a session (N7, N8)", async (_, answer) => {
    nameService(ANSWERS);
    await using zk = await connect(hosts);
    const { id } = zk.session;
    nameService(answer);
    const isBack = (async () => {
      let wasSuspended = false;
      for await (const state of zk.states()) {
        wasSuspended ||= state === "suspended";
        if (wasSuspended && state === "connected") return true;
      }
      return false;
    })();
    await server.dropConnection(id);
    expect(await isBack).toBe(true);
    expect(zk.session.id).toBe(id);
  });
});
