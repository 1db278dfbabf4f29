import { InvalidArgumentError } from "./errors.js";
import { describe } from "./znode.js";

/** Longest time a Node.js timer can wait for, in milliseconds; anything longer would fire at once. */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** @throws {InvalidArgumentError} neither undefined nor an integer in the range. */
export function checkInteger(name: string, value: unknown, min: number, max: number): number {
  if (!Number.isInteger(value) || (value as number) < min || (value as number) > max) {
    const given = typeof value === "number" ? String(value) : describe(value);
    throw new InvalidArgumentError(`${name} must be an integer from ${min} to ${max}, not ${given}`);
  }
  return value as number;
}

/** @throws {InvalidArgumentError} not a plain options object, or one with a key that is not known: probably a typo. */
export function checkOptions<Options extends object>(options: unknown, known: readonly (keyof Options)[]): Options {
  if (options === undefined) return {} as Options;
  if (typeof options !== "object" || options === null || Array.isArray(options)) {
    throw new InvalidArgumentError(`options must be an object, not ${describe(options)}`);
  }
  for (const key of Object.keys(options)) {
    if (!(known as readonly string[]).includes(key)) {
      throw new InvalidArgumentError(`unknown option ${JSON.stringify(key)}; known are ${known.join(", ")}`);
    }
  }
  return options as Options;
}

/** @throws {InvalidArgumentError} not a function. */
export function checkFunction(name: string, value: unknown): void {
  if (typeof value !== "function") {
    throw new InvalidArgumentError(`${name} must be a function, not ${describe(value)}`);
  }
}
