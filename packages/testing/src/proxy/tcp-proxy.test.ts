import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { encode, OP_CODES, ReplyHeader, RequestHeader, toFrame } from "../wire/index.js";
import { TcpProxy } from "./tcp-proxy.js";

/** One end of a connection, with what has happened to it. */
class End {
  readonly socket: Socket;
  readonly chunks: Buffer[] = [];
  hasEnded = false;
  error: NodeJS.ErrnoException | undefined;
  isClosed = false;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on("data", (chunk) => this.chunks.push(chunk));
    socket.on("end", () => {
      this.hasEnded = true;
    });
    socket.on("error", (error) => {
      this.error = error;
    });
    socket.on("close", () => {
      this.isClosed = true;
    });
  }

  get received(): string {
    return Buffer.concat(this.chunks).toString("hex");
  }
}

const until = (assertion: () => void): Promise<void> => vi.waitFor(assertion, { timeout: 5_000, interval: 2 });
const frame = (text: string): Buffer => toFrame(Buffer.from(text));
const request = (xid: number, type: number): Buffer => toFrame(encode(RequestHeader, { xid, type }));
const reply = (xid: number): Buffer => toFrame(encode(ReplyHeader, { xid, zxid: 1n, err: 0 }));
const hex = (...frames: readonly Buffer[]): string => Buffer.concat(frames).toString("hex");

describe("the proxy's sockets", () => {
  let listener: Server;
  let proxy: TcpProxy;
  let proxyPort: number;
  const ends: End[] = [];
  const atServer: End[] = [];

  beforeEach(async () => {
    listener = createServer({ allowHalfOpen: true, noDelay: true }, (socket) => atServer.push(track(socket)));
    listener.listen(0, "127.0.0.1");
    await once(listener, "listening");
    const address = listener.address();
    proxy = new TcpProxy({ host: "127.0.0.1", port: typeof address === "object" ? (address?.port ?? 0) : 0 });
    proxyPort = await proxy.listen(0);
  });

  afterEach(() => {
    for (const { socket } of ends.splice(0)) socket.destroy();
    atServer.length = 0;
    listener.close();
    proxy.close();
  });

  function track(socket: Socket): End {
    const end = new End(socket);
    ends.push(end);
    return end;
  }

  async function dial(): Promise<End> {
    const socket = connect({ port: proxyPort, host: "127.0.0.1", allowHalfOpen: true, noDelay: true });
    const end = track(socket);
    // A client that is refused may learn so before it learns that it was connected.
    await new Promise<void>((resolve) => socket.once("connect", resolve).once("close", () => resolve()));
    return end;
  }

  /** Both ends of a connection that has its handshake behind it, with nothing received since. */
  async function dialThrough(): Promise<[End, End]> {
    const client = await dial();
    client.socket.write(frame("hello"));
    await until(() => expect(atServer.at(-1)?.chunks.length).toBe(1));
    const server = atServer.at(-1);
    if (server === undefined) throw new Error("nobody has connected");
    server.socket.write(frame("welcome"));
    await until(() => expect(client.received).toBe(hex(frame("welcome"))));
    server.chunks.length = 0;
    client.chunks.length = 0;
    return [client, server];
  }

  it("carry bytes that are no frames as they are", async () => {
    const client = await dial();
    client.socket.end(Buffer.concat([frame("hello"), Buffer.from("ruok?")]));
    await until(() => expect(atServer[0]?.hasEnded).toBe(true));
    expect(atServer[0]?.received).toBe(hex(frame("hello"), Buffer.from("ruok?")));
    // A client that has said all it has to say still hears the answer, however it is cut.
    atServer[0]?.socket.write("im");
    atServer[0]?.socket.end("ok");
    await until(() => expect(client.isClosed).toBe(true));
    expect(client.received).toBe(Buffer.from("imok").toString("hex"));
  });

  it("carry the end of a connection to the other side, after everything before it", async () => {
    const [client, server] = await dialThrough();
    proxy.delay(30, ["to-client"]);
    server.socket.write(reply(1));
    server.socket.end(reply(2));
    await until(() => expect(client.hasEnded).toBe(true));
    expect(client.received).toBe(hex(reply(1), reply(2)));
    expect(client.error).toBeUndefined();
  });

  it("reset a client whose server cannot be reached", async () => {
    listener.close();
    const client = await dial();
    await until(() => expect(client.isClosed).toBe(true));
    expect(client.error?.code).toBe("ECONNRESET");
  });

  it("reset a client that is refused", async () => {
    proxy.refuse();
    const client = await dial();
    await until(() => expect(client.isClosed).toBe(true));
    expect(client.error?.code).toBe("ECONNRESET");
    expect(atServer).toEqual([]);
    expect(proxy.counts().connections).toBe(1);
  });

  it("end in order on both sides when they are cut, and only those that are open", async () => {
    const [client, server] = await dialThrough();
    proxy.cut();
    await until(() => expect([client.hasEnded, server.hasEnded]).toEqual([true, true]));
    expect([client.error, server.error]).toEqual([undefined, undefined]);
    await dialThrough();
  });

  it("end themselves when a peer does not, some time after the cut", async () => {
    const [client] = await dialThrough();
    proxy.cut();
    await until(() => expect(client.hasEnded).toBe(true));
    // This client does not end its side: it goes on sending until the proxy has closed.
    await until(() => {
      client.socket.write(request(1, OP_CODES.ping));
      expect(client.isClosed).toBe(true);
    });
  });

  it("carry nothing through a partition, not even an end, and are cut when it heals", async () => {
    const [client, server] = await dialThrough();
    proxy.partition(["to-server"]);
    client.socket.end(request(1, OP_CODES.create));
    server.socket.write(reply(-1));
    await until(() => expect(client.received).toBe(hex(reply(-1))));
    expect([server.received, server.hasEnded]).toEqual(["", false]);
    proxy.heal();
    await until(() => expect(server.hasEnded).toBe(true));
    expect(server.received).toBe("");
  });

  it("carry requests on when only what goes to the client is lost", async () => {
    const [client, server] = await dialThrough();
    proxy.partition(["to-client"]);
    client.socket.write(request(1, OP_CODES.create));
    await until(() => expect(server.received).toBe(hex(request(1, OP_CODES.create))));
    server.socket.end(reply(1));
    const other = await dial();
    other.socket.write(frame("hello"));
    proxy.heal();
    await until(() => expect([client.hasEnded, other.hasEnded]).toEqual([true, true]));
    expect([client.received, other.received, atServer.length]).toEqual(["", "", 1]);
  });

  it("carry so many bytes at a time when throttled, and the rest at once when it ends", async () => {
    const [client, server] = await dialThrough();
    const sizes: number[] = [];
    server.socket.on("data", (chunk) => sizes.push(chunk.length));
    proxy.throttle({ bytes: 5, everyMs: 60 }, ["to-server"]);
    client.socket.write(request(1, OP_CODES.create));
    await until(() => expect(server.received).toBe(hex(request(1, OP_CODES.create))));
    expect(sizes).toEqual([5, 5, 2]);
    proxy.throttle({ bytes: 1, everyMs: 10 }, ["to-server"]);
    client.socket.write(Buffer.concat([toFrame(Buffer.alloc(100_000)), request(2, OP_CODES.delete)]));
    await until(() => expect(sizes.length).toBeGreaterThan(5));
    proxy.throttle(undefined, ["to-server"]);
    await until(() => expect(server.received.endsWith(hex(request(2, OP_CODES.delete)))).toBe(true));
  });

  it("delay each frame by its own time, so that many are not late by the sum", async () => {
    const [client, server] = await dialThrough();
    proxy.delay(100, ["to-server"]);
    const begun = performance.now();
    for (let xid = 1; xid <= 20; xid++) {
      client.socket.write(request(xid, OP_CODES.create));
      await new Promise((resolve) => setImmediate(resolve));
    }
    await until(() => expect(server.received.endsWith(hex(request(20, OP_CODES.create)))).toBe(true));
    const elapsed = performance.now() - begun;
    expect(elapsed).toBeGreaterThan(95);
    expect(elapsed).toBeLessThan(1_000);
  });

  it("reset the client, and let the server have what was carried before, where a rule says reset", async () => {
    const [client, server] = await dialThrough();
    const { happened } = proxy.faults.add({ at: "request", operation: "delete", action: "reset" });
    client.socket.write(Buffer.concat([request(1, OP_CODES.create), request(2, OP_CODES.delete)]));
    await happened;
    await until(() => expect([client.isClosed, server.hasEnded]).toEqual([true, true]));
    expect(client.error?.code).toBe("ECONNRESET");
    expect(server.received).toBe(hex(request(1, OP_CODES.create)));
    expect(server.error).toBeUndefined();
  });

  it("let the client have the replies before the one that is lost, and then an orderly end", async () => {
    const [client, server] = await dialThrough();
    const { happened } = proxy.faults.add({ at: "reply", operation: "delete", action: "lose" });
    client.socket.write(Buffer.concat([request(1, OP_CODES.create), request(2, OP_CODES.delete)]));
    await until(() => expect(server.received.length).toBe(48));
    server.socket.write(Buffer.concat([reply(1), reply(2)]));
    await happened;
    await until(() => expect(client.hasEnded).toBe(true));
    expect(client.received).toBe(hex(reply(1)));
    expect(client.error).toBeUndefined();
  });

  it("count flights, requests and bytes", async () => {
    const [client, server] = await dialThrough();
    const before = proxy.counts();
    expect(before).toEqual({
      connections: 1,
      flights: 1,
      requests: { connect: 1 },
      bytesToServer: 9,
      bytesToClient: 11,
    });
    client.socket.write(Buffer.concat([request(1, OP_CODES.create), request(2, OP_CODES.getChildren2)]));
    await until(() => expect(server.received.length).toBe(48));
    server.socket.write(reply(1));
    await until(() => expect(client.received).toBe(hex(reply(1))));
    client.socket.write(Buffer.concat([request(3, OP_CODES.create), request(4, 4_711)]));
    await until(() => expect(server.received.length).toBe(96));
    expect(proxy.counts()).toEqual({
      connections: 1,
      flights: 3,
      requests: { connect: 1, create: 2, getChildren2: 1, unknown: 1 },
      bytesToServer: 9 + 4 * 12,
      bytesToClient: 11 + 20,
    });
  });
});
