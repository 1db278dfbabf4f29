import { randomUUID } from "node:crypto";
import { type NodeData, NoNodeError, type Stat, UnknownOutcomeError, type ZookitError } from "@zookit/core";
import { type Client, ensurePath, orDeadline, update, type WaitOptions } from "@zookit/core/recipe";
import { type Change, inSequence, type Step } from "./change.js";
import type { Codec, Write } from "./codec.js";

type Result = Step | ZookitError;

/** A change that somebody waits for. */
class Pending {
  readonly change: Change;
  readonly result: Promise<Result>;
  settle: (result: Result) => void = () => {};
  reject: (error: unknown) => void = () => {};

  constructor(change: Change) {
    this.change = change;
    this.result = new Promise((resolve, reject) => {
      this.settle = resolve;
      this.reject = reject;
    });
  }
}

/** What was remembered of the counter is not enough to decide: it has to be read. */
class MustRead extends Error {}

/**
 * Carries one counter's changes to the servers. Those that are asked for while others are under way travel together, as
 * one compare-and-set, in the order in which they were asked for. What the last one has stored is remembered, so that
 * whoever was last to write need not read first.
 */
export class Batcher {
  readonly #client: Client;
  readonly #path: string;
  readonly #codec: Codec;
  readonly #writer = randomUUID();
  #writes = 0;
  readonly #waiting = new Set<Pending>();
  readonly #travelling = new Set<Pending>();
  /** Whether the outcome of what travels is known: then giving up ends nothing. */
  #isDecided = false;
  #allGaveUp = new AbortController();
  #isBusy = false;
  #known: NodeData | undefined;

  constructor(client: Client, path: string, codec: Codec) {
    this.#client = client;
    this.#path = path;
    this.#codec = codec;
  }

  /**
   * Makes a change.
   *
   * @throws {TimeoutError} it says whether the change may have been applied. @throws the signal's reason
   */
  async change(change: Change, bounds: WaitOptions): Promise<Step> {
    bounds.signal?.throwIfAborted();
    const path = this.#path;
    const pending = new Pending(change);
    this.#waiting.add(pending);
    if (!this.#isBusy) void this.#travel();
    const details = () => ({ path, outcome: this.#travelling.has(pending) ? "unknown" : "not-applied" }) as const;
    try {
      const result = await orDeadline(pending.result, bounds, `changing the counter ${path}`, details);
      if ("after" in result) return result;
      throw result;
    } finally {
      this.#forget(pending);
    }
  }

  #forget(pending: Pending): void {
    this.#waiting.delete(pending);
    const wasLast = this.#travelling.delete(pending) && this.#travelling.size === 0;
    if (wasLast && !this.#isDecided) this.#allGaveUp.abort();
  }

  async #travel(): Promise<void> {
    this.#isBusy = true;
    // Whoever asks within the same turn of the event loop travels along.
    await Promise.resolve();
    while (this.#waiting.size > 0) {
      const batch = [...this.#waiting];
      this.#waiting.clear();
      for (const pending of batch) this.#travelling.add(pending);
      if (this.#allGaveUp.signal.aborted) this.#allGaveUp = new AbortController();
      await this.#send(batch);
      this.#travelling.clear();
    }
    this.#isBusy = false;
  }

  async #send(batch: readonly Pending[]): Promise<void> {
    this.#isDecided = false;
    try {
      const results = await this.#apply(batch.map(({ change }) => change));
      this.#isDecided = true;
      for (const [index, { settle }] of batch.entries()) settle(results[index] as Result);
    } catch (error) {
      this.#known = undefined;
      for (const { reject } of batch) reject(error);
    }
  }

  async #apply(changes: readonly Change[]): Promise<readonly Result[]> {
    const write: Write = { writer: this.#writer, number: ++this.#writes };
    for (;;) {
      try {
        return await this.#updateOnce(changes, write);
      } catch (error) {
        if (error instanceof NoNodeError) await this.#makeAnew(error);
        else if (!(error instanceof MustRead)) throw error;
        this.#known = undefined;
      }
    }
  }

  async #updateOnce(changes: readonly Change[], write: Write): Promise<readonly Result[]> {
    const known = this.#known;
    const { signal } = this.#allGaveUp;
    let results: readonly Result[] = [];
    let base: NodeData | undefined;
    const next = (data: Buffer, stat: Stat) => {
      base = { data, stat };
      const found = this.#codec.read(data, write);
      const outcome = inSequence(changes, found.value, found.range);
      results = outcome.results;
      // A write is checked against what is really stored; whatever changes nothing must have been read. So must changes be
      // that cancel each other out: there is nothing to write then.
      const isEachChange = results.every((result) => "after" in result && result.after !== result.before);
      const isWriteOnly = isEachChange && outcome.value !== found.value;
      if (stat === known?.stat && !isWriteOnly) throw new MustRead();
      return outcome.value === found.value ? undefined : found.encode(outcome.value);
    };
    const contains = (data: Buffer, found: Stat) => base && this.#codec.contains?.(data, found, base, write);
    const step = { signal, isStep: true } as const;
    const options = { known, ...step, ...(this.#codec.contains && { contains }) };
    this.#known = await update(this.#client, this.#path, next, options);
    return results;
  }

  /**
   * Empty data stand for the initial value, so that it does not matter who makes the znode.
   *
   * @throws {UnknownOutcomeError} it went after an answer was lost: the write may have been applied, and is not made again.
   */
  async #makeAnew(missing: NoNodeError): Promise<void> {
    if (missing.outcome === "unknown") {
      throw new UnknownOutcomeError(`${this.#path}: the answer was lost, and the znode has been deleted since`, {
        path: this.#path,
        outcome: "unknown",
        cause: missing,
      });
    }
    const step = { signal: this.#allGaveUp.signal, isStep: true } as const;
    await ensurePath(this.#client, this.#path, "persistent", this.#client.settings.acl, step);
  }
}
