/** A fault that a proxy or a test server was asked for. */
export interface InjectedFault {
  /**
   * Resolves when the fault has happened: of a `hold` or a delay, when it has begun. What the client makes of it follows
   * later. Rejects with a `TestingError` if the fault is cancelled or everything stopped before; nobody need listen.
   */
  readonly happened: Promise<void>;
  /** Ends a `hold`: the frame goes on. Asked for before it has begun, the frame will not wait when it comes. */
  release(): Promise<void>;
  /** Takes the fault back, if it has not happened yet. Ends a `hold` that has begun. */
  cancel(): Promise<void>;
}
