import { TestingError } from "../errors.js";
import { checkRule, type FaultAction, type FaultRule } from "./rule.js";
import { type Frame, type RuleBook, showFrame, withoutRule, withRule } from "./rule-book.js";

/** A fault that was asked for. */
export interface PendingFault {
  /** Names the fault where the object cannot go, in another thread for example. */
  readonly id: number;
  /** Resolves when the fault has happened; of a hold or a delay: has begun. Rejects if it is cancelled before. */
  readonly happened: Promise<void>;
  /** Ends a hold. Before it has begun: the frame will not be held, but the fault will still have happened. */
  release(): void;
  /** The fault will not happen any more. Ends a hold that has begun. */
  cancel(): void;
}

/** What is to be done with a frame, by whoever carries it. */
export interface Sentence {
  readonly action: FaultAction;
  /** Settles when a frame that is held may go on. */
  readonly released: Promise<void>;
  /** To be called when it is done; of a hold or a delay: when it begins. */
  done(): void;
}

/** The faults of one server or proxy, for all its connections. */
export class Faults {
  #book: RuleBook = [];
  #lastId = 0;
  readonly #sentences = new Map<number, Sentence>();
  readonly #cancels = new Set<() => void>();

  /** @throws {TestingError} `invalid-argument` */
  add(rule: FaultRule): PendingFault {
    const checked = checkRule(rule);
    this.#lastId += 1;
    const id = this.#lastId;
    let done = (): void => undefined;
    let refuse = (_reason: Error): void => undefined;
    let release = (): void => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    const happened = new Promise<void>((resolve, reject) => {
      done = () => {
        if (checked.action !== "hold") this.#cancels.delete(cancel);
        resolve();
      };
      refuse = reject;
    });
    // Whoever does not wait for the fault need not be told that it was cancelled.
    happened.catch(() => undefined);
    const cancel = (): void => {
      this.#book = withoutRule(this.#book, id);
      this.#sentences.delete(id);
      this.#cancels.delete(cancel);
      refuse(new TestingError("cancelled", "the fault was cancelled before it had happened"));
      release();
    };
    this.#book = withRule(this.#book, id, checked);
    this.#sentences.set(id, { action: checked.action, released, done });
    this.#cancels.add(cancel);
    return { id, happened, release, cancel };
  }

  /** Whether a frame meets a rule, and what is to be done with it then. */
  judge(frame: Frame): Sentence | undefined {
    const { book, met } = showFrame(this.#book, frame);
    this.#book = book;
    if (met === undefined) return undefined;
    const sentence = this.#sentences.get(met.id);
    this.#sentences.delete(met.id);
    return sentence;
  }

  /** Cancels every fault: what has not happened does not happen, what is held goes on. */
  cancelAll(): void {
    for (const cancel of this.#cancels) cancel();
  }
}
