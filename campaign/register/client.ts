import { connect, type Socket } from "node:net";
import { createInterface } from "node:readline";
import type { RegisterAnswer, RegisterRequest } from "./record.js";

/** The register as a worker reaches it. Answers come in the order of the requests. */
export class RegisterClient {
  readonly #socket: Socket;
  readonly #waiting: ((answer: RegisterAnswer) => void)[] = [];

  constructor(port: number) {
    this.#socket = connect({ port, host: "127.0.0.1", noDelay: true });
    createInterface(this.#socket).on("line", (line) => this.#waiting.shift()?.(JSON.parse(line)));
  }

  async ask(request: RegisterRequest): Promise<RegisterAnswer> {
    return await new Promise((resolve) => {
      this.#waiting.push(resolve);
      this.#socket.write(`${JSON.stringify(request)}\n`);
    });
  }

  close(): void {
    this.#socket.destroy();
  }
}
