/** How long a search may take. */
export interface SearchLimits {
  /** @default the checker's own */
  readonly steps?: number;
  /** In milliseconds of the clock, which goes on while a busy machine does other things. @default 300_000 */
  readonly timeMs?: number;
}

const LIMIT_MS = 300_000;
const STEPS_BETWEEN_LOOKS_AT_THE_CLOCK = 1_024;

/** What is left of the limits of one search. */
export class SearchBudget {
  readonly #steps: number;
  readonly #deadline: number;
  #taken = 0;

  constructor({ steps, timeMs = LIMIT_MS }: SearchLimits, ownSteps: number) {
    this.#steps = steps ?? ownSteps;
    this.#deadline = performance.now() + timeMs;
  }

  /** Takes a step; false if there is none left, or no time. */
  take(): boolean {
    const isTimeToLook = this.#taken % STEPS_BETWEEN_LOOKS_AT_THE_CLOCK === 0;
    return this.#taken++ < this.#steps && !(isTimeToLook && performance.now() > this.#deadline);
  }
}
