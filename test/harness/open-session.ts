import { once } from "node:events";
import { connect, type Socket } from "node:net";
import type { Server } from "./server.js";

/** Connect request: protocol version, last zxid seen, timeout in ms, session id and password of a new session. */
function connectRequest(sessionTimeoutMs: number): Buffer {
  const body = Buffer.alloc(4 + 8 + 4 + 8 + 4 + 16);
  body.writeInt32BE(sessionTimeoutMs, 4 + 8);
  body.writeInt32BE(16, 4 + 8 + 4 + 8);
  const length = Buffer.alloc(4);
  length.writeInt32BE(body.length);
  return Buffer.concat([length, body]);
}

/**
 * Opens a session, the smallest thing that a client can write: one packet, one transaction. Lets the harness be tested
 * without any client. Resolves when the server has answered, which it does after the session is committed.
 */
export async function openSession(server: Server): Promise<Socket> {
  const socket = connect({ host: server.host, port: server.port });
  socket.write(connectRequest(30_000));
  await once(socket, "data");
  return socket;
}
