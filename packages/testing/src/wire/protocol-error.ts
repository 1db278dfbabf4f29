import { TestingError } from "../errors.js";

/** Bytes that are truncated, too long or malformed. A server that meets them closes the connection. */
export class ProtocolError extends TestingError {
  override readonly name = "ProtocolError";

  constructor(message: string, options?: ErrorOptions) {
    super("protocol", message, options);
  }
}
