import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { FrameReader, OP_CODES, toFrame } from "../../../packages/testing/src/wire/index.js";

const XID_BYTES = 4;

/**
 * Stands before a server and, once it has carried a `getData` request of a client, reads nothing more of that client until
 * the answer has been carried back and a while has passed. What the client sends meanwhile lies in the kernel's buffer,
 * and is thrown away if the client resets the connection.
 */
export class SlowLink implements AsyncDisposable {
  readonly #upstream: { readonly host: string; readonly port: number };
  readonly #sockets: Socket[] = [];
  readonly #server = createServer((client) => this.#onConnection(client));
  #stalled: () => void = () => {};
  /** Resolves when a `getData` was carried and nothing more is read of its client. */
  readonly stalled = new Promise<void>((resolve) => {
    this.#stalled = resolve;
  });
  #release: () => void = () => {};
  readonly #released = new Promise<void>((resolve) => {
    this.#release = resolve;
  });

  private constructor(target: string) {
    const [host = "", port = ""] = target.split(":");
    this.#upstream = { host, port: Number(port) };
  }

  static async start(target: string): Promise<SlowLink> {
    const link = new SlowLink(target);
    link.#server.listen(0, "127.0.0.1");
    await once(link.#server, "listening");
    return link;
  }

  get hosts(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the link does not listen");
    return `127.0.0.1:${address.port}`;
  }

  /** Carries the answer now, and reads of the client again after a while. */
  release(): void {
    this.#release();
  }

  #onConnection(client: Socket): void {
    const upstream = connect(this.#upstream);
    this.#sockets.push(client, upstream);
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      socket.on("error", () => {});
      socket.on("close", () => other.destroy());
    }
    const frames = new FrameReader();
    let isStalled = false;
    client.on("data", (chunk) => {
      for (const frame of frames.push(chunk)) {
        upstream.write(toFrame(frame));
        if (isStalled || frame.length < 2 * XID_BYTES || frame.readInt32BE(XID_BYTES) !== OP_CODES.getData) continue;
        isStalled = true;
        client.pause();
        this.#stalled();
      }
    });
    upstream.on("data", (chunk) => {
      if (!isStalled) client.write(chunk);
      else void this.#released.then(() => client.write(chunk, () => setTimeout(() => client.resume(), 100)));
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}
