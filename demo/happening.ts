/** What happened, where and when. The time line is told from these, and the verdict is reached from the same ones. */
export type Happening = {
  /** Milliseconds on the machine's monotonic clock, which all processes share. */
  readonly at: number;
  /** Name of the service that it happened to. */
  readonly who: string;
} & What;

type What = ByService | ByDemo;

/** What a service tells about itself. */
export type ByService =
  | { readonly kind: "connected"; readonly session: string; readonly timeoutMs: number }
  /** It queues for the lock. */
  | { readonly kind: "waits" }
  /** The first line inside its block. */
  | { readonly kind: "holds"; readonly token: bigint; readonly session: string }
  /** It has read the ledger's last number, and takes its time this once. */
  | { readonly kind: "lingers"; readonly read: number; readonly token: bigint }
  /** The ledger has acknowledged its line. */
  | { readonly kind: "appended"; readonly number: number; readonly token: bigint }
  /** The ledger has refused its line, since it had seen the token `highest`. */
  | { readonly kind: "refused"; readonly number: number; readonly token: bigint; readonly highest: bigint }
  /** It found that it had stood still inside its block; `isHeld` and `lost` are as the first line that ran saw them. */
  | { readonly kind: "woke"; readonly stalledMs: number; readonly isHeld: boolean; readonly lost: boolean }
  /** The last line inside its block, when the append was acknowledged. */
  | { readonly kind: "left" }
  /** `withLock` rejected: the lock was lost while the block ran. */
  | { readonly kind: "lock-lost" }
  /** It has made all its appends and closed its session. */
  | { readonly kind: "finished" };

/** What the demo does to a service, or sees from outside. */
type ByDemo =
  | { readonly kind: "killed" }
  | { readonly kind: "frozen" }
  | { readonly kind: "thawed" }
  /** The contenders of the lock as the servers list them; the first holds it. */
  | { readonly kind: "queue"; readonly names: readonly string[] };

export type HappeningOf<K extends Happening["kind"]> = Extract<Happening, { readonly kind: K }>;

/** Those of `kind`, of one service or of all. */
export function happeningsOf<K extends Happening["kind"]>(
  happenings: readonly Happening[],
  kind: K,
  who?: string,
): readonly HappeningOf<K>[] {
  return happenings.filter((one): one is HappeningOf<K> => one.kind === kind && (who === undefined || one.who === who));
}

/** Now, in milliseconds on the machine's monotonic clock. */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
