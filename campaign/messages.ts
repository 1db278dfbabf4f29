/** What the campaign and its workers say to each other, over the channel of a forked process. */

/** What one worker is started with. */
export interface Assignment {
  /** Its process in the histories; nobody else has the name, before or after it. */
  readonly name: string;
  readonly hosts: string;
  readonly sessionTimeoutMs: number;
  readonly workloads: readonly string[];
  readonly historyFile: string;
  /** Port of the register on this machine. */
  readonly registerPort: number;
  readonly seed: number;
}

/** What a worker ends with after a rejection that nobody has handled. */
export const UNHANDLED_REJECTION_CODE = 70;

export type Order =
  /** Blocks its event loop. */
  | { readonly order: "block"; readonly forMs: number }
  /** Nothing is made to fail from now on, or it is again. */
  | { readonly order: "calm"; readonly isCalm: boolean }
  /** Ends the workloads, and gives up all that they hold; the session stays. */
  | { readonly order: "settle" }
  /** Closes the client, and ends. */
  | { readonly order: "close" };

export type Report =
  /** It has a session. */
  | { readonly report: "session"; readonly id: string }
  /** It holds what others wait for, or does not any more. */
  | { readonly report: "holds"; readonly what: string; readonly isHeld: boolean }
  | { readonly report: "settled" };
