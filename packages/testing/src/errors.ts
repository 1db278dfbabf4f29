/**
 * Why this package refused or gave up.
 *
 * - `invalid-argument`: an argument is of the wrong type, out of range or malformed. Nothing has happened.
 * - `protocol`: bytes are not what ZooKeeper's protocol says they should be.
 * - `stopped`: the object was stopped, or its thread has ended, before the call could be answered.
 * - `cancelled`: a fault was taken back before it had happened.
 * - `unknown-session`: there is no session of that id.
 * - `deadlock`: in a simulation nothing can happen any more, or nothing has come of it in good time.
 * - `unavailable`: a port could not be listened on, or a thread could not be started.
 */
export type TestingErrorCode =
  | "invalid-argument"
  | "protocol"
  | "stopped"
  | "cancelled"
  | "unknown-session"
  | "deadlock"
  | "unavailable";

/** Every error that `@zookit/testing` raises by itself. What a client under test meets is ZooKeeper's own errors. */
export class TestingError extends Error {
  override readonly name: string = "TestingError";
  readonly code: TestingErrorCode;

  constructor(code: TestingErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}
