import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { text } from "node:stream/consumers";
import { type Entry, type Ledger, parse, type Question, stringify } from "./ledger.js";

/** Serves the ledger to other processes: GET is the progress, POST asks a question, PUT appends a line. */
export class LedgerServer implements AsyncDisposable {
  readonly url: string;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  }

  static async start(ledger: Ledger): Promise<LedgerServer> {
    const server = createServer((request, response) => {
      serve(ledger, request, response).catch((error: unknown) => response.writeHead(500).end(String(error)));
    });
    // A worker that stands still for a while finds its connection as it was.
    server.keepAliveTimeout = 0;
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    return new LedgerServer(server);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

async function serve(ledger: Ledger, request: IncomingMessage, response: ServerResponse): Promise<void> {
  if (request.method === "GET") {
    response.end(stringify(ledger.progress));
    return;
  }
  const body = await text(request);
  const answer = request.method === "PUT" ? ledger.append(parse<Entry>(body)) : ledger.read(parse<Question>(body));
  response.end(stringify(answer));
}
