import { createServer, type Socket } from "node:net";
import { TestingError } from "../errors.js";

/** Listens on a port of 127.0.0.1, 0 for any free one; resolves with the port. @throws {TestingError} `unavailable` */
export async function listen(port: number, onConnection: (socket: Socket) => void): Promise<number> {
  const listener = createServer({ noDelay: true }, onConnection);
  await new Promise<void>((resolve, reject) => {
    listener.once("error", (cause) => {
      reject(new TestingError("unavailable", `cannot listen on port ${port}: ${cause.message}`, { cause }));
    });
    listener.listen(port, "127.0.0.1", resolve);
  });
  const address = listener.address();
  if (address === null || typeof address === "string") throw new TypeError("the listener has no port");
  return address.port;
}
