import { DataTooLargeError } from "./errors.js";
import type { OperationName, Operations } from "./transport.js";

/** What a server accepts in one packet by default (`jute.maxbuffer`): 1 MiB − 1. */
const MAX_PACKET_BYTES = 2 ** 20 - 1;

// Request header: xid and type.
const HEADER_BYTES = 8;
const INT_BYTES = 4;
const LONG_BYTES = 8;
const BOOL_BYTES = 1;
const OPEN = [{ scheme: "world", id: "anyone" }];

/**
 * Refuses a request that a server would answer by cutting the connection: repeated, it would cut every new connection too,
 * and fail every other request of the session each time (H10).
 *
 * @param path as the user of the client would name it, for the error.
 * @throws {DataTooLargeError}
 */
export function checkPacketSize<Name extends OperationName>(
  operation: Name,
  request: Operations[Name]["request"],
  path: string = request.path,
): void {
  let bytes = HEADER_BYTES + bytesOf(request.path);
  if ("data" in request) bytes += INT_BYTES + request.data.length;
  if ("version" in request) bytes += INT_BYTES;
  if ("watch" in request) bytes += BOOL_BYTES;
  if ("acl" in request || "mode" in request) bytes += bytesOfAcl(request.acl ?? OPEN);
  if ("mode" in request) bytes += INT_BYTES + (request.ttlMs === undefined ? 0 : LONG_BYTES);
  if (bytes > MAX_PACKET_BYTES) {
    const shown = path.length > 100 ? `${path.slice(0, 100)}…` : path;
    const limit = `a packet of ${bytes} bytes; the limit is ${MAX_PACKET_BYTES}`;
    throw new DataTooLargeError(`${operation} ${shown}: path and data make ${limit}`, { path });
  }
}

function bytesOf(text: string): number {
  return INT_BYTES + Buffer.byteLength(text);
}

function bytesOfAcl(acl: readonly { readonly scheme: string; readonly id: string }[]): number {
  return acl.reduce((bytes, { scheme, id }) => bytes + INT_BYTES + bytesOf(scheme) + bytesOf(id), INT_BYTES);
}
