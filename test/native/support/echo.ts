import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { waitUntil } from "../../harness/index.js";

/** Sends back what it is sent: for sockets of the process that have nothing to do with ZooKeeper. */
export class EchoServer implements AsyncDisposable {
  readonly #clients: Socket[] = [];
  readonly #accepted: Socket[] = [];
  readonly #server = createServer((socket) => {
    this.#accepted.push(socket);
    socket.on("error", () => {});
    socket.pipe(socket);
  });

  static async start(): Promise<EchoServer> {
    const echo = new EchoServer();
    echo.#server.listen(0, "127.0.0.1");
    await once(echo.#server, "listening");
    return echo;
  }

  /** How many sockets were opened. */
  get opened(): number {
    return this.#clients.length;
  }

  /** Opens a socket at once, in whatever callback the caller is. It stays open. */
  open(): void {
    const address = this.#server.address();
    if (address === null || typeof address === "string") throw new Error("the echo server does not listen");
    const socket = connect(address.port, "127.0.0.1");
    // Whoever does not read gets nothing.
    socket.resume();
    this.#clients.push(socket);
  }

  /** Sends something over each socket that was opened, and waits until all have got it back. */
  async areAllAnswered(): Promise<void> {
    for (const socket of this.#clients) socket.write("?");
    const deaf = () => this.#clients.filter(({ bytesRead, bytesWritten }) => bytesRead < bytesWritten);
    await waitUntil(() => deaf().length === 0, { what: `${this.opened} sockets have got their data` });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // Both ends: a socket that is deaf would not notice the end of the other one.
    for (const socket of [...this.#clients, ...this.#accepted]) socket.destroy();
    this.#server.close();
    await once(this.#server, "close");
  }
}
