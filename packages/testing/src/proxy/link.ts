import type { Socket } from "node:net";
import { type Faults, Interceptor, type Lane } from "../faults/index.js";
import { FrameReader, MAX_FRAME_LENGTH, ProtocolError, toFrame } from "../wire/index.js";
import type { Conditions, Counters } from "./conditions.js";
import type { Direction } from "./options.js";

/** Servers have no limit for what they send. Beyond this, bytes are carried without being looked at. */
const MAX_REPLY_LENGTH = 64 * 1024 * 1024;

/** How long a peer that was sent the end of a connection has, to close its side, before the connection is destroyed. */
const LINGER_MS = 1_000;

/** One connection through the proxy: a client's socket, the one to the server, and what happens in between. */
export class Link {
  readonly #client: Socket;
  readonly #server: Socket;
  readonly #conditions: Conditions;
  readonly #counters: Counters;
  readonly #interceptor: Interceptor;
  #lastWasRequest = false;

  /** @param client and `server` keep their sides open when the other end closes its own (`allowHalfOpen`). */
  constructor(client: Socket, server: Socket, faults: Faults, conditions: Conditions, counters: Counters) {
    this.#client = client;
    this.#server = server;
    this.#conditions = conditions;
    this.#counters = counters;
    this.#interceptor = new Interceptor(faults, {
      toServer: (body) => this.#write("to-server", toFrame(body)),
      toClient: (body) => this.#write("to-client", toFrame(body)),
      cut: () => this.cut(),
      reset: () => {
        client.resetAndDestroy();
        this.cut();
      },
    });
    this.#carry("to-server", client, (body) => this.#onRequest(body));
    this.#carry("to-client", server, (body) => void this.#interceptor.fromServer(body));
    const { request, reply } = this.#interceptor.lanes;
    // An end goes the way of the data before it. A client may go on reading after it has said that it sends no more.
    client.on("end", () => request.push(() => void server.end()));
    client.on("close", () => request.push(() => finish(server)));
    // A server that has ended its side reads nothing more.
    server.on("end", () => {
      request.silence();
      reply.push(() => finish(client));
    });
    server.on("close", (hasFailed) => {
      request.silence();
      reply.push(() => void (hasFailed ? client.resetAndDestroy() : finish(client)));
    });
    // What an error means is told by the close that follows it.
    for (const socket of [client, server]) socket.on("error", () => undefined);
  }

  /** Whether something that should have been carried was lost, or is being lost. */
  get isSilent(): boolean {
    const { request, reply } = this.#interceptor.lanes;
    return request.isSilent || reply.isSilent;
  }

  /** Carries nothing in the direction any more, not even the end of the connection. */
  silence(direction: Direction): void {
    this.#lane(direction).silence();
  }

  /** Ends the connection on both sides. What was carried on before still arrives; what waits is lost. */
  cut(): void {
    this.#interceptor.end();
    finish(this.#client);
    finish(this.#server);
  }

  #lane(direction: Direction): Lane {
    return direction === "to-server" ? this.#interceptor.lanes.request : this.#interceptor.lanes.reply;
  }

  #carry(direction: Direction, source: Socket, onFrame: (body: Buffer) => void): void {
    const lane = this.#lane(direction);
    const frames = new FrameReader(direction === "to-server" ? MAX_FRAME_LENGTH : MAX_REPLY_LENGTH);
    const carryRaw = (bytes: Buffer): void => lane.push(() => this.#write(direction, bytes));
    let isFramed = true;
    source.on("data", (chunk) => {
      if (lane.isSilent) return;
      this.#delay(lane, this.#conditions[direction].delayMs);
      if (!isFramed) {
        carryRaw(chunk);
        return;
      }
      try {
        for (const body of frames.push(chunk)) onFrame(body);
      } catch (error) {
        if (!(error instanceof ProtocolError)) throw error;
        // A four-letter word, TLS, or an oversized request: to refuse it is the server's business.
        isFramed = false;
        carryRaw(frames.refused);
      }
    });
  }

  #onRequest(body: Buffer): void {
    this.#counters.onRequest(this.#interceptor.fromClient(body));
    if (!this.#lastWasRequest) this.#counters.flights += 1;
    this.#lastWasRequest = true;
  }

  /** Delays what comes next by its own time of arrival, so that a delay does not add up. */
  #delay(lane: Lane, ms: number): void {
    if (ms === 0) return;
    const due = performance.now() + ms;
    lane.push(() => (due > performance.now() ? lane.waitUntil(due) : undefined));
  }

  #write(direction: Direction, bytes: Buffer): void | Promise<void> {
    if (this.#conditions[direction].throttle !== undefined) return this.#trickle(direction, bytes);
    this.#writeNow(direction, bytes);
  }

  async #trickle(direction: Direction, bytes: Buffer): Promise<void> {
    const lane = this.#lane(direction);
    let rest = bytes;
    while (rest.length > 0 && !lane.isSilent) {
      // Looked at again each time: a throttle that is taken away is not to last for the rest of a large frame.
      const { bytes: size, everyMs } = this.#conditions[direction].throttle ?? { bytes: rest.length, everyMs: 0 };
      this.#writeNow(direction, rest.subarray(0, size));
      rest = rest.subarray(size);
      await lane.wait(everyMs);
    }
  }

  #writeNow(direction: Direction, bytes: Buffer): void {
    const destination = direction === "to-server" ? this.#server : this.#client;
    if (direction === "to-client") this.#lastWasRequest = false;
    if (!destination.writable) return;
    destination.write(bytes);
    this.#counters.bytes[direction] += bytes.length;
  }
}

/**
 * Ends a socket in order: what was written arrives, and what still comes is read and thrown away, since unread data
 * would make the kernel reset the connection, and the other end forget what it has not read yet.
 */
function finish(socket: Socket): void {
  if (socket.destroyed) return;
  socket.end();
  const timer = setTimeout(() => socket.destroy(), LINGER_MS);
  socket.once("close", () => clearTimeout(timer));
}
