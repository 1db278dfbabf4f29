import { ZookitError } from "@zookit/core";
import type { BadValue } from "./bad-values.js";

/** What an error must be; an instance of {@link ZookitError} in any case. */
export interface Refusal {
  readonly code: string;
  readonly name: string;
}

export const INVALID: Refusal = { code: "invalid-argument", name: "InvalidArgumentError" };
export const TOO_LARGE: Refusal = { code: "data-too-large", name: "DataTooLargeError" };

/** What is wrong with an error that should be the refusal; undefined if nothing is. */
export function complaintAbout(error: unknown, { code, name }: Refusal): string | undefined {
  if (!(error instanceof ZookitError)) return `${String(error)} is no ZookitError`;
  if (error.code !== code || error.name !== name) return `${error.name} (${error.code}): ${error.message}`;
  return error.outcome === "not-applied" ? undefined : `its outcome is ${error.outcome}`;
}

/** The error that a call rejects with; a complaint as an error if it throws synchronously, or resolves. */
export async function rejectionOf(call: () => unknown): Promise<unknown> {
  let promise: unknown;
  try {
    promise = call();
  } catch (error) {
    return new Error("it threw instead of rejecting", { cause: error });
  }
  if (!(promise instanceof Promise)) return new Error("it returned no promise");
  return await promise.then(
    () => new Error("it resolved"),
    (error) => error,
  );
}

/** The error that a call throws synchronously; a complaint as an error if it does not. */
function thrownBy(call: () => unknown): unknown {
  try {
    call();
  } catch (error) {
    return error;
  }
  return new Error("it did not throw");
}

/** Tries every bad value, and returns what went wrong, a line for each value that was not refused as it should be. */
export async function notRefused(
  values: readonly BadValue[],
  attempt: (value: never) => unknown,
  how: "rejects" | "throws" = "rejects",
  refusal: Refusal = INVALID,
): Promise<string[]> {
  const complaints: string[] = [];
  for (const { name, value } of values) {
    const call = () => attempt(value as never);
    const error = how === "rejects" ? await rejectionOf(call) : thrownBy(call);
    const complaint = complaintAbout(error, refusal);
    if (complaint !== undefined) complaints.push(`${name}: ${complaint}`);
  }
  return complaints;
}
