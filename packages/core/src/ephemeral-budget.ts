import { Code } from "./codes.js";
import { TooManyEphemeralsError } from "./errors.js";
import type { OperationName, Operations, Reply } from "./transport.js";

/**
 * What the paths of a session's ephemeral znodes may come to, in bytes. The end of a session is one transaction that names
 * all of them; one of more than 2 MiB cannot be read back by servers with default settings, and stops the whole ensemble for
 * good (ZOOKEEPER-4306).
 */
const MAX_BYTES = 1.5 * 2 ** 20;

// Length of a string in the transaction.
const INT_BYTES = 4;

/** Keeps a session from having so many ephemeral znodes that its end would be too large a transaction (H31). */
export class EphemeralBudget {
  readonly #paths = new Set<string>();
  #bytes = 0;
  /** Of creates that are not answered yet. */
  #bytesUnderWay = 0;

  /**
   * Refuses a create that would be too much; to be called before it is sent, and {@link settled} after it.
   *
   * @param path as the user of the client would name it, for the error.
   * @throws {TooManyEphemeralsError}
   */
  check(operation: OperationName, request: Operations[OperationName]["request"], path: string): void {
    if (!isEphemeralCreate(operation, request)) return;
    const bytes = bytesOf(request.path);
    if (this.#bytes + this.#bytesUnderWay + bytes > MAX_BYTES) {
      const all = this.#bytes + this.#bytesUnderWay;
      const sum = `the ${this.#paths.size} ephemeral znodes of this session, and those under way, have paths of ${all} bytes`;
      throw new TooManyEphemeralsError(`create ${path}: ${sum}; more could stop the servers when it ends`, { path });
    }
    this.#bytesUnderWay += bytes;
  }

  /** To be called with each request that was answered or lost. A znode whose deletion was refused is still there. */
  settled(
    operation: OperationName,
    request: Operations[OperationName]["request"],
    { code, value }: Reply<unknown>,
  ): void {
    if (operation === "delete" && (code === 0 || code === Code.noNode)) {
      if (this.#paths.delete(request.path)) this.#bytes -= bytesOf(request.path);
    } else if (isEphemeralCreate(operation, request)) {
      this.#bytesUnderWay -= bytesOf(request.path);
      // It was counted already if somebody else has deleted it since.
      if (typeof value !== "string" || this.#paths.has(value)) return;
      this.#paths.add(value);
      this.#bytes += bytesOf(value);
    }
  }
}

function isEphemeralCreate(operation: OperationName, request: object): boolean {
  return operation === "create" && "mode" in request && String(request.mode).startsWith("ephemeral");
}

function bytesOf(path: string): number {
  return INT_BYTES + Buffer.byteLength(path);
}
