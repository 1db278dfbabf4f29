/** What is read of the test runner's report. */
export interface Report {
  readonly success: boolean;
  readonly testResults: readonly {
    readonly name: string;
    readonly status: string;
    readonly message?: string;
    readonly assertionResults: readonly {
      readonly status: string;
      readonly fullName: string;
      readonly failureMessages?: readonly string[] | undefined;
    }[];
  }[];
}

/** What the tests say of a mutant. */
export type Verdict =
  | { readonly kind: "passed" }
  | { readonly kind: "failed"; readonly test: string; readonly message: string }
  /** They came to no end. */
  | { readonly kind: "hangs" }
  /** They could not be run, which says nothing about them. */
  | { readonly kind: "broken"; readonly why: string };

/** Reads the report of a run: only a test that failed has noticed something. */
export function verdictOf(report: Report | undefined): Verdict {
  if (report === undefined) return { kind: "broken", why: "the test runner ended without a report" };
  const results = report.testResults.flatMap(({ assertionResults }) => assertionResults);
  const failed = results.find(({ status }) => status === "failed");
  if (failed !== undefined) {
    return { kind: "failed", test: failed.fullName.trim(), message: failed.failureMessages?.join("\n") ?? "" };
  }
  const unloaded = report.testResults.find(({ status }) => status === "failed");
  if (unloaded !== undefined)
    return { kind: "broken", why: `${unloaded.name}: ${unloaded.message ?? "does not load"}` };
  if (!report.success) return { kind: "broken", why: "an error outside of any test" };
  if (!results.some(({ status }) => status === "passed")) return { kind: "broken", why: "no test was run" };
  return { kind: "passed" };
}

/** Whether the mistake was noticed. */
export function isCaught({ kind }: Verdict): boolean {
  return kind === "failed" || kind === "hangs";
}
