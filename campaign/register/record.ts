/** One line of the log of the register, which has them in the order in which it answered. */
export interface RegisterRecord {
  readonly at: number;
  readonly key: string;
  readonly f: "read" | "write";
  /** Decimal: JSON has no bigint. */
  readonly token: string;
  readonly who: string;
  readonly accepted: boolean;
  readonly read: number;
  readonly value: number;
}

/** What is asked of it, a line of JSON; a write says what was read before. */
export type RegisterRequest = Pick<RegisterRecord, "key" | "f" | "token" | "who"> & { readonly read?: number };

export type RegisterAnswer = Pick<RegisterRecord, "accepted" | "value">;
