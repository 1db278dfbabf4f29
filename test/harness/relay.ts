import { connect, createServer, type Server, type Socket } from "node:net";

/** Request types of ZooKeeper's protocol that tests name. */
export const OpCode = { create: 1, delete: 2, exists: 3, getData: 4, setData: 5, sync: 9, getChildren2: 12 } as const;

/** What is to happen to the next request of a type. */
interface Fault {
  readonly type: number;
  /** `request`: it never reaches the server. `reply`: it is applied, but the answer does not come back. */
  readonly lose: "request" | "reply";
  readonly happened: () => void;
}

/**
 * A TCP relay in front of one server that understands frames just enough to lose a request or its reply, and to count
 * round trips. It runs in the test's own event loop, so it sees requests sent in one go as one flight.
 */
export class Relay implements AsyncDisposable {
  readonly #server: Server;
  readonly #links = new Set<Link>();
  readonly #faults: Fault[] = [];
  #mode: "open" | "refusing" | "silent" = "open";
  #flights = 0;
  #connections = 0;

  private constructor(target: { host: string; port: number }) {
    this.#server = createServer((client) => {
      this.#connections++;
      if (this.#mode === "refusing") {
        client.destroy();
        return;
      }
      const link = new Link(client, connect(target.port, target.host), this.#faults, () => {
        this.#flights++;
      });
      link.isSilent = this.#mode === "silent";
      this.#links.add(link);
      client.on("close", () => this.#links.delete(link));
    });
  }

  /** @param target `host:port` of a server. */
  static async start(target: string): Promise<Relay> {
    const [host = "", port] = target.split(":");
    const relay = new Relay({ host, port: Number(port) });
    await new Promise<void>((resolve) => relay.#server.listen(0, "127.0.0.1", resolve));
    return relay;
  }

  get address(): string {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the relay is not listening");
    return `127.0.0.1:${address.port}`;
  }

  /** How many times requests were sent after a reply, or at first: sequential round trips. */
  get flights(): number {
    return this.#flights;
  }

  /** How many connections clients have made. */
  get connections(): number {
    return this.#connections;
  }

  /** Cuts every connection; new ones are taken. */
  cut(): void {
    for (const link of this.#links) link.destroy();
  }

  /** Cuts every connection and takes no new one until `open`. */
  refuse(): void {
    this.#mode = "refusing";
    this.cut();
  }

  /** Carries nothing any more in either direction, as a partition does, until `open`. */
  partition(): void {
    this.#mode = "silent";
    for (const link of this.#links) link.isSilent = true;
  }

  /** Back to normal. Connections that were partitioned are cut: what they should have carried is lost. */
  open(): void {
    if (this.#mode === "silent") this.cut();
    this.#mode = "open";
  }

  /** Loses the next request of the type, or its reply, and cuts the connection. Resolves when that has happened. */
  lose(lose: Fault["lose"], type: number): Promise<void> {
    return new Promise((happened) => {
      this.#faults.push({ type, lose, happened });
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

class Link {
  isSilent = false;
  readonly #client: Socket;
  readonly #upstream: Socket;
  readonly #faults: Fault[];
  /** The request whose reply is being waited for, to be lost. */
  #awaited: { readonly xid: number; readonly fault: Fault } | undefined;
  #lastWasRequest = false;

  constructor(client: Socket, upstream: Socket, faults: Fault[], onFlight: () => void) {
    this.#client = client;
    this.#upstream = upstream;
    this.#faults = faults;
    for (const socket of [client, upstream]) {
      socket.setNoDelay(true);
      // A reset is as good an end as any other.
      socket.on("error", () => this.destroy());
      socket.on("close", () => this.destroy());
    }
    const requests = new Frames();
    client.on("data", (chunk) => {
      if (this.isSilent) return;
      if (!this.#lastWasRequest) onFlight();
      this.#lastWasRequest = true;
      for (const frame of requests.push(chunk)) if (!this.#onRequest(frame, requests.count)) return;
    });
    const replies = new Frames();
    upstream.on("data", (chunk) => {
      if (this.isSilent) return;
      this.#lastWasRequest = false;
      for (const frame of replies.push(chunk)) if (!this.#onReply(frame)) return;
    });
  }

  destroy(): void {
    this.#client.destroy();
    this.#upstream.destroy();
  }

  /** Whether the link goes on. The first frame of a connection is its handshake and has no type. */
  #onRequest(frame: Buffer, count: number): boolean {
    const index = count === 1 ? -1 : this.#faults.findIndex(({ type }) => type === frame.readInt32BE(8));
    const [fault] = index < 0 ? [] : this.#faults.splice(index, 1);
    if (fault?.lose === "request") return this.#lost(fault);
    if (fault !== undefined) this.#awaited = { xid: frame.readInt32BE(4), fault };
    return this.#upstream.write(frame) || true;
  }

  #onReply(frame: Buffer): boolean {
    if (this.#awaited !== undefined && frame.readInt32BE(4) === this.#awaited.xid)
      return this.#lost(this.#awaited.fault);
    return this.#client.write(frame) || true;
  }

  #lost(fault: Fault): false {
    this.destroy();
    fault.happened();
    return false;
  }
}

/** Cuts a stream into length-prefixed frames, each with its prefix. */
class Frames {
  count = 0;
  #rest: Buffer = Buffer.alloc(0);

  *push(chunk: Buffer): Generator<Buffer> {
    this.#rest = Buffer.concat([this.#rest, chunk]);
    while (this.#rest.length >= 4) {
      const end = 4 + this.#rest.readInt32BE(0);
      if (this.#rest.length < end) return;
      const frame = this.#rest.subarray(0, end);
      this.#rest = this.#rest.subarray(end);
      this.count++;
      yield frame;
    }
  }
}
