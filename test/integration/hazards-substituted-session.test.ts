/** A server that does not know a session, and answers with a new one instead of saying that the old one has expired. */
import { once } from "node:events";
import { connect as connectTo, createServer, type Socket } from "node:net";
import { connect } from "@zookit/core";
import { Lock } from "@zookit/lock";
import { expect, it } from "vitest";
import { ConnectRequest, decode, encode, FrameReader, toFrame } from "../../packages/testing/src/wire/index.js";
import { sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";

/**
 * Stands in front of a server, and makes of every attempt to resume a session a wish for a new one: to the client the
 * server behind it looks like one that takes unknown sessions for new ones.
 */
async function startForgetful(hosts: string) {
  const sockets = new Set<Socket>();
  const resumed: bigint[] = [];
  const server = createServer((client) => {
    const [host = "", port = ""] = hosts.split(",")[0]?.split(":") ?? [];
    const upstream = connectTo({ host, port: Number(port) });
    for (const socket of [client, upstream]) {
      sockets.add(socket);
      socket.on("error", () => {});
      socket.on("close", () => [client, upstream].forEach((each) => void each.destroy()));
    }
    const frames = new FrameReader();
    let isFirst = true;
    client.on("data", (chunk) => {
      for (const frame of frames.push(chunk)) {
        upstream.write(toFrame(isFirst ? forget(frame) : frame));
        isFirst = false;
      }
    });
    upstream.pipe(client);
  });
  const forget = (frame: Buffer) => {
    const request = decode(ConnectRequest, frame);
    if (request.sessionId !== 0n) resumed.push(request.sessionId);
    return encode(ConnectRequest, { ...request, sessionId: 0n, passwd: Buffer.alloc(16) });
  };
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  const cut = () => sockets.forEach((socket) => void socket.destroy());
  return {
    address: `127.0.0.1:${address.port}`,
    resumed,
    cut,
    stop: () => {
      cut();
      server.close();
    },
  };
}

it("a new session in the place of the old one ends the old one, and what it held (H26)", async () => {
  const server = await startForgetful(sharedHosts());
  const zk = await connect(server.address, { sessionTimeoutMs: 4_000 });
  try {
    const first = zk.session;
    const handle = await new Lock(zk, uniqueRoot()).acquire();
    const afterwards: unknown[] = [];
    void (async () => {
      for await (const state of zk.states()) afterwards.push([state, zk.session.epoch]);
    })();
    server.cut();
    await waitUntil(() => first.lost.aborted, { what: "the session is lost", timeoutMs: 2_000 });
    expect(server.resumed).toHaveLength(1);
    expect(handle.isHeld()).toBe(false);
    expect(handle.lost.reason).toMatchObject({ code: "lock-lost", cause: { code: "session-lost" } });
    await waitUntil(() => zk.state === "connected", { what: "there is a session again" });
    expect(zk.session.epoch).toBe(2);
    expect(zk.session.id).not.toBe(first.id);
    expect(afterwards.filter((each) => String(each) === "connected,1")).toHaveLength(1);
  } finally {
    // In this order: closing blocks the event loop until the server answers, and this one runs on the same.
    server.stop();
    await waitUntil(() => zk.state !== "connected", { what: "the connection is gone" });
    await zk.close();
  }
});
