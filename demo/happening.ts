/** What happened, where and when. The time line is told from these, and the verdict is reached from the same ones. */
export type Happening = {
  /** Milliseconds on the machine's monotonic clock, which all processes share. */
  readonly at: number;
  /** Name of the worker that it happened to. */
  readonly who: string;
} & What;

type What = ByWorker | ByDemo;

/** What a worker tells about itself. */
export type ByWorker =
  | { readonly kind: "connected"; readonly session: string; readonly timeoutMs: number }
  /** It comes to the barrier. */
  | { readonly kind: "arrives" }
  /** All are there. */
  | { readonly kind: "entered"; readonly generation: number | undefined }
  /** It was elected; `term` is the fencing token. */
  | { readonly kind: "leads"; readonly term: bigint; readonly session: string }
  /** The leader has counted this many jobs. */
  | { readonly kind: "counts"; readonly count: number }
  /** The leader has found all jobs done, and says so to all. */
  | { readonly kind: "proclaims"; readonly count: number }
  /** The first line of the call for a partition. */
  | { readonly kind: "takes"; readonly partition: string; readonly token: bigint; readonly session: string }
  /** It has read which job is next, and takes its time this once. */
  | { readonly kind: "lingers"; readonly partition: string; readonly read: number; readonly token: bigint }
  /** The ledger has acknowledged a job. */
  | { readonly kind: "did"; readonly partition: string; readonly number: number; readonly token: bigint }
  /** The counter has acknowledged that job. */
  | { readonly kind: "counted" }
  /** The ledger has refused a job, since it had seen the token `highest`. */
  | {
      readonly kind: "refused";
      readonly partition: string;
      readonly number: number;
      readonly token: bigint;
      readonly highest: bigint;
    }
  /** It found that it had stood still in a job; `isHeld` and `lost` are as the first line that ran saw them. */
  | { readonly kind: "woke"; readonly stalledMs: number; readonly isHeld: boolean; readonly lost: boolean }
  /** The last line of the call for a partition: `done` if there are no more jobs, else why it ends. */
  | { readonly kind: "gives"; readonly partition: string; readonly why: "done" | "revoked" | "lost" }
  /** It has left the barrier with the others, or has found that it was not counted any more. */
  | { readonly kind: "left"; readonly isTogether: boolean }
  /** It has closed its session. */
  | { readonly kind: "finished" };

/** What the demo does to a worker. */
type ByDemo =
  | { readonly kind: "joins" }
  | { readonly kind: "killed" }
  | { readonly kind: "frozen" }
  | { readonly kind: "thawed" };

export type HappeningOf<K extends Happening["kind"]> = Extract<Happening, { readonly kind: K }>;

/** Those of `kind`, of one worker or of all. */
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
