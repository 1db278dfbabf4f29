import { TestingError, type TestingErrorCode } from "../errors.js";

/** What comes back from a thread: a value, or why there is none. Errors as such lose their class and code on the way. */
export type Answer<Value> =
  | { readonly value: Value }
  | { readonly refusal: { readonly code: TestingErrorCode; readonly message: string } };

/** Runs what was asked for, and makes a {@link TestingError} an answer. */
export async function answer<Value>(run: () => Value | Promise<Value>): Promise<Answer<Value>> {
  try {
    return { value: await run() };
  } catch (error) {
    if (!(error instanceof TestingError)) throw error;
    return { refusal: { code: error.code, message: error.message } };
  }
}
