import { connect, type Socket } from "node:net";
import { startTestServer, type TestServer } from "@zookit/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import {
  type Codec,
  ConnectRequest,
  encode,
  FrameReader,
  Input,
  OP_CODES,
  type OpName,
  REQUESTS,
  ReplyHeader,
  RequestHeader,
  toFrame,
} from "../../packages/testing/src/wire/index.js";
import { fourLetterWord, parseMonitor } from "../harness/four-letter-word.js";
import { sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";
import { WireClient } from "../harness/wire-client.js";

const acl = [{ perms: 31, id: { scheme: "world", id: "anyone" } }];
const SESSION_TIMEOUT_MS = 4_000;
const event = { xid: -1, err: 0 };

const handshake = toFrame(
  encode(ConnectRequest, {
    protocolVersion: 0,
    lastZxidSeen: 0n,
    timeOut: SESSION_TIMEOUT_MS,
    sessionId: 0n,
    passwd: Buffer.alloc(16),
    readOnly: false,
  }),
);

/** A request as bytes. */
function frame(xid: number, type: OpName | number, body: unknown = undefined): Buffer {
  const code = typeof type === "number" ? type : OP_CODES[type];
  const codec = typeof type === "string" && type in REQUESTS ? REQUESTS[type as keyof typeof REQUESTS] : undefined;
  const bytes = Buffer.isBuffer(body) || codec === undefined ? body : encode(codec as Codec<unknown>, body);
  const header = encode(RequestHeader, { xid, type: code });
  return toFrame(Buffer.concat([header, Buffer.isBuffer(bytes) ? bytes : Buffer.alloc(0)]));
}

/** A connection of which a test sees the frames as they come, in their order. */
class RawConnection implements Disposable {
  readonly socket: Socket;
  /** The headers of what came after the answer to the handshake. */
  readonly headers: { readonly xid: number; readonly err: number }[] = [];
  #isGreeted = false;
  #hasEnded = false;

  constructor(hosts: string) {
    const [host = "", port] = hosts.split(":");
    this.socket = connect({ host, port: Number(port), noDelay: true });
    this.socket.once("close", () => {
      this.#hasEnded = true;
    });
    // A reset is as good an end as any other.
    this.socket.on("error", () => undefined);
    const frames = new FrameReader(2 ** 30);
    this.socket.on("data", (chunk) => {
      for (const body of frames.push(chunk)) this.#receive(body);
    });
  }

  /** Waits until so many frames have come. */
  async received(count: number): Promise<RawConnection["headers"]> {
    await waitUntil(() => this.headers.length >= count, { what: `${count} frames have come` });
    return this.headers;
  }

  /** Waits until the server has closed the connection; not so long that it could be the end of the session. */
  async ended(): Promise<void> {
    await waitUntil(() => this.#hasEnded, { what: "the connection has ended", timeoutMs: SESSION_TIMEOUT_MS - 500 });
  }

  [Symbol.dispose](): void {
    this.socket.destroy();
  }

  #receive(body: Buffer): void {
    if (this.#isGreeted) {
      const { xid, err } = ReplyHeader.read(new Input(body));
      this.headers.push({ xid, err });
    }
    this.#isGreeted = true;
  }
}

let testServer: TestServer;
beforeAll(async () => {
  testServer = await startTestServer({ tickTimeMs: 200 });
});
afterAll(() => testServer.stop());

describe.each([
  ["ZooKeeper", sharedHosts],
  ["the test server", () => testServer.hosts],
])("%s", (_, hosts) => {
  const open = () => new RawConnection(hosts());
  const create = (xid: number, path: string) => frame(xid, "create", { path, data: null, acl, flags: 0 });

  it("tells a writer of its own change before it answers the write", async () => {
    using client = open();
    const path = uniqueRoot();
    const exists = frame(1, "exists", { path, watch: true });
    client.socket.write(Buffer.concat([handshake, exists, create(2, path)]));
    expect(await client.received(3)).toEqual([{ xid: 1, err: -101 }, event, { xid: 2, err: 0 }]);
  });

  it("tells a reader of a change before it answers what shows that", async () => {
    await using writer = await WireClient.connect(hosts());
    using reader = open();
    const path = uniqueRoot();
    reader.socket.write(Buffer.concat([handshake, frame(1, "exists", { path, watch: true })]));
    await reader.received(1);
    await writer.request("create", { path, data: null, acl, flags: 0 });
    reader.socket.write(frame(2, "exists", { path, watch: false }));
    expect(await reader.received(3)).toEqual([{ xid: 1, err: -101 }, event, { xid: 2, err: 0 }]);
  });

  it("tells a session of its ephemeral znodes' end before it answers the closing, and closes the connection", async () => {
    using client = open();
    const path = uniqueRoot();
    const ephemeral = frame(1, "create", { path, data: null, acl, flags: 1 });
    const watch = frame(2, "exists", { path, watch: true });
    client.socket.write(Buffer.concat([handshake, ephemeral, watch, frame(3, "closeSession")]));
    await client.ended();
    expect(client.headers).toEqual([{ xid: 1, err: 0 }, { xid: 2, err: 0 }, event, { xid: 3, err: 0 }]);
  });

  it("puts frames together from single bytes", async () => {
    using client = open();
    for (const byte of Buffer.concat([handshake, create(1, uniqueRoot())])) {
      await new Promise((resolve) => client.socket.write(Buffer.of(byte), resolve));
    }
    expect(await client.received(1)).toEqual([{ xid: 1, err: 0 }]);
  });

  it("answers a request whose body cannot be read with a code, and goes on", async () => {
    using client = open();
    const path = Buffer.from([0, 0, 0, 100, 0x2f]);
    const [read, write] = [frame(1, "getData", path), frame(2, "delete", path)];
    const notMulti = frame(3, "multi", Buffer.from([0, 0, 0, 9, 0, -1, -1, -1, -1]));
    client.socket.write(Buffer.concat([handshake, read, write, notMulti, frame(-2, "ping")]));
    const malformed = [1, 2, 3].map((xid) => ({ xid, err: -5 }));
    expect(await client.received(4)).toEqual([...malformed, { xid: -2, err: 0 }]);
  });

  it("answers an operation that does not exist, and closes the connection", async () => {
    using client = open();
    client.socket.write(Buffer.concat([handshake, frame(1, 4_711)]));
    await client.ended();
    expect(client.headers).toEqual([{ xid: 1, err: -6 }]);
  });

  it("answers nothing without a handshake", async () => {
    using client = open();
    client.socket.write(frame(1, "ping"));
    await client.ended();
    expect(client.headers).toEqual([]);
  });

  it("answers four-letter words", async () => {
    const [host = "", port] = hosts().split(":");
    const ask = (word: string) => fourLetterWord(host, Number(port), word, 5_000);
    expect(await ask("ruok")).toBe("imok");
    expect(await ask("srvr")).toMatch(/^Zookeeper version: 3\.8\.0.*\n(.*\n)*Mode: standalone\nNode count: \d+\n/);
    expect(await ask("envi")).toMatch(/^zookeeper\.version=3\.8\.0/m);
    const before = parseMonitor(await ask("mntr"));
    await using client = await WireClient.connect(hosts());
    await client.request("exists", { path: uniqueRoot(), watch: true });
    await client.ping();
    const after = parseMonitor(await ask("mntr"));
    const grown = (name: string) => Number(after.get(name)) - Number(before.get(name));
    expect(after.get("zk_server_state")).toBe("standalone");
    expect(grown("zk_watch_count")).toBe(1);
    // The handshake, two requests, and the word itself.
    expect(grown("zk_packets_received")).toBe(4);
  });
});

describe("the test server", () => {
  it.each(["multiRead", "reconfig", "sasl"] as const)("says that it does not know %s, and goes on", async (op) => {
    using client = new RawConnection(testServer.hosts);
    client.socket.write(Buffer.concat([handshake, frame(1, op, Buffer.alloc(8)), frame(-2, "ping")]));
    expect(await client.received(2)).toEqual([
      { xid: 1, err: -6 },
      { xid: -2, err: 0 },
    ]);
  });
});
