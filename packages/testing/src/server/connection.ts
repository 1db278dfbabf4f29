import type { Socket } from "node:net";
import { type Faults, Interceptor } from "../faults/index.js";
import { FrameReader, ProtocolError, toFrame } from "../wire/index.js";
import { Conversation } from "./conversation.js";
import { answerWord, type Figures, WORD_LENGTH } from "./four-letter-words.js";
import type { Service } from "./service.js";

/** What connections tell the server that they belong to. */
export interface Observer {
  onRequest(name: string): void;
  onSent(): void;
  figures(): Figures;
}

/**
 * One TCP connection: cuts what arrives into frames for a conversation, and sends what that says. Faults happen to the
 * frames in between, as they would on the network.
 */
export class Connection {
  readonly #socket: Socket;
  readonly #frames = new FrameReader();
  readonly #observer: Observer;
  readonly #conversation: Conversation;
  readonly #interceptor: Interceptor;
  /** The first bytes, as long as they are too few to tell a four-letter word from a frame. */
  #head: Buffer | undefined = Buffer.alloc(0);

  constructor(socket: Socket, service: Service, faults: Faults, observer: Observer) {
    this.#socket = socket;
    this.#observer = observer;
    this.#interceptor = new Interceptor(faults, {
      toServer: (body) => this.#deliver(body),
      toClient: (body) => void socket.write(toFrame(body)),
      cut: () => this.#end(() => socket.destroySoon()),
      reset: () => this.#end(() => socket.resetAndDestroy()),
    });
    const outlet = {
      send: (body: Buffer) => {
        observer.onSent();
        this.#interceptor.fromServer(body);
      },
      // Behind the replies that a fault may hold up; never, where a fault lets nothing through.
      close: () => this.#interceptor.lanes.reply.push(() => socket.destroySoon()),
    };
    const address = socket.remoteAddress ?? "127.0.0.1";
    this.#conversation = new Conversation(service, outlet, address, (name) => observer.onRequest(name));
    socket.setNoDelay(true);
    socket.on("data", (chunk) => this.#receive(chunk));
    // A reset is as good an end as any other.
    socket.on("error", () => this.cut());
    socket.on("close", () => this.cut());
  }

  /** The session that the connection serves; 0 before there is one. */
  get session(): bigint {
    return this.#conversation.session;
  }

  /** Ends the connection at once. */
  cut(): void {
    this.#end(() => this.#socket.destroy());
  }

  #end(endSocket: () => void): void {
    this.#interceptor.end();
    this.#conversation.end();
    endSocket();
  }

  #receive(chunk: Buffer): void {
    const bytes = this.#head === undefined ? chunk : this.#firstBytes(Buffer.concat([this.#head, chunk]));
    if (bytes === undefined) return;
    this.#unlessMalformed(() => {
      for (const body of this.#frames.push(bytes)) this.#interceptor.fromClient(body);
    });
  }

  #deliver(body: Buffer): void {
    this.#unlessMalformed(() => this.#conversation.receive(body));
  }

  /** What cannot be answered ends the connection, as with ZooKeeper. */
  #unlessMalformed(run: () => void): void {
    try {
      run();
    } catch (error) {
      if (!(error instanceof ProtocolError)) throw error;
      this.cut();
    }
  }

  /** What there is to read of frames so far; undefined if nothing. */
  #firstBytes(bytes: Buffer): Buffer | undefined {
    this.#head = bytes;
    if (bytes.length < WORD_LENGTH) return undefined;
    const answer = answerWord(bytes.subarray(0, WORD_LENGTH), () => this.#observer.figures());
    if (answer === undefined) {
      this.#head = undefined;
      return bytes;
    }
    this.#observer.onRequest("word");
    this.#conversation.end();
    this.#socket.end(answer);
    return undefined;
  }
}
