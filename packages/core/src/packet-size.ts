import { DataTooLargeError } from "./errors.js";
import type { OperationName, Operations } from "./transport.js";

/** What a server accepts in one packet by default (`jute.maxbuffer`): 1 MiB − 1. */
const MAX_PACKET_BYTES = 2 ** 20 - 1;

// Request header (xid, type), the lengths of path and data, and the version or the flags.
const HEADER = 8;
const INT = 4;
const LONG = 8;

/**
 * Refuses a write that a server would answer by cutting the connection: repeated, it would cut every new connection too,
 * and fail every other request of the session each time (H10).
 *
 * @throws {DataTooLargeError}
 */
export function checkPacketSize<Name extends OperationName>(
  operation: Name,
  request: Operations[Name]["request"],
): void {
  if (!("data" in request)) return;
  const { path, data } = request;
  let bytes = HEADER + INT + Buffer.byteLength(path) + INT + data.length + INT;
  if ("mode" in request) {
    bytes += INT;
    for (const { scheme, id } of request.acl ?? [{ scheme: "world", id: "anyone" }]) {
      bytes += INT + INT + Buffer.byteLength(scheme) + INT + Buffer.byteLength(id);
    }
    if (request.ttlMs !== undefined) bytes += LONG;
  }
  if (bytes > MAX_PACKET_BYTES) {
    throw new DataTooLargeError(
      `${operation} ${path}: ${data.length} bytes of data make a packet of ${bytes} bytes; the limit is ${MAX_PACKET_BYTES}`,
      { path },
    );
  }
}
