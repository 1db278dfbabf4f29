import { InvalidArgumentError, NoNodeError, type ObserveOptions, type WaitOptions, type ZooKeeper } from "@zookit/core";
import { checkOptions, checkPath, checkWithWaitOptions, clientOf } from "@zookit/core/recipe";
import { Batcher } from "./batcher.js";
import { addition, type Change, exchange, type Step } from "./change.js";
import { type Codec, codecFor } from "./codec.js";
import { publishChange } from "./diagnostics.js";
import { type CounterEncoding, ENCODINGS } from "./encoding.js";

export interface CounterOptions {
  /** The value of a counter that nobody has written to yet. A safe integer; the same for all who use it. @default 0 */
  readonly initial?: number | undefined;
  /**
   * How the value is stored.
   *
   * - `own`: with a note of who wrote last, so that every change is applied exactly once, also when answers are lost.
   * - `kazoo`: as kazoo's `Counter`, decimal text.
   * - `curator`: as Curator's `DistributedAtomicLong`, eight bytes; what is found with four bytes keeps them.
   * - `curator-int32`: as its `DistributedAtomicInteger` and `SharedCount`, four bytes; `initial` must fit into them. Peers that
   *   write four bytes cannot read eight, so choose it where they are.
   *
   * All but the first have no room for the note: a lost answer can end in {@link UnknownOutcomeError}.
   *
   * @default "own"
   */
  readonly encoding?: CounterEncoding | undefined;
}

/** For reading, which writes nothing. */
const NO_WRITE = { writer: "", number: 0 };

/**
 * A counter that any number of processes change, each change exactly once, or with an error that says `unknown`.
 *
 * **Protocol.** One persistent znode, changed by compare-and-set on its version. It is made on first use. With the `own`
 * encoding the data name the latest writers, each with the number of its latest write: when an answer is lost, the same
 * compare-and-set is sent again, which cannot apply twice, and if it is then refused, the data tell whether it was
 * applied (H7, H75).
 *
 * **Cost.** `get` one round trip. A change one round trip if this counter object was the last to write, else two more.
 * Changes that are asked for while another one is under way travel together in one compare-and-set.
 *
 * **Failure.** A lost connection is waited for. A time-out or an abort ends the waiting; the change may be applied then,
 * and the error's `outcome` says whether it can have been. A conflict with another writer is repeated, with back-off
 * (the client's `retry`): under steady contention the last writer, who need not read, is ahead of the others.
 * Deleting the znode while counters are in use can lose changes, as it loses the value.
 *
 * @example
 * const visits = new Counter(zk, "/counters/visits");
 * const { after } = await visits.add(5);
 *
 * @see Curator's DistributedAtomicLong, kazoo's recipe/counter.py
 */
export class Counter {
  readonly path: string;
  readonly initial: number;
  readonly encoding: CounterEncoding;
  readonly #zk: ZooKeeper;
  readonly #codec: Codec;
  readonly #batcher: Batcher;
  readonly #timeoutMs: number;

  /** @throws {InvalidArgumentError} */
  constructor(zk: ZooKeeper, path: string, options?: CounterOptions) {
    const { initial = 0, encoding = "own" } = checkOptions<CounterOptions>(options, ["initial", "encoding"]);
    const client = clientOf(zk);
    this.path = checkPath(path);
    if (path === "/") throw new InvalidArgumentError("the root cannot be a counter", { path });
    if (!ENCODINGS.includes(encoding)) {
      throw new InvalidArgumentError(`encoding must be one of ${ENCODINGS.join(", ")}`, { path });
    }
    this.initial = checkNumber("initial", initial, path);
    if (encoding === "curator-int32" && (initial | 0) !== initial) {
      throw new InvalidArgumentError("initial must fit into four bytes", { path });
    }
    this.encoding = encoding;
    this.#zk = zk;
    this.#codec = codecFor(encoding, path, initial);
    this.#batcher = new Batcher(client, path, this.#codec);
    this.#timeoutMs = client.settings.retry.maxElapsedMs;
  }

  /**
   * The present value; the initial one where there is no znode.
   *
   * @throws {UnreadableCounterError} @throws {TimeoutError} @throws {NoAuthError} @throws {ClosedError}
   */
  async get(options?: WaitOptions): Promise<number> {
    try {
      const { data } = await this.#zk.get(this.path, options);
      return this.#codec.read(data, NO_WRITE).value;
    } catch (error) {
      if (error instanceof NoNodeError) return this.initial;
      throw error;
    }
  }

  /**
   * Adds an integer, which may be negative, and tells the value before and after.
   *
   * @throws {CounterOverflowError} the sum is out of range; nothing was changed.
   * @throws {UnreadableCounterError} @throws {InvalidArgumentError} @throws {NoAuthError} @throws {ClosedError}
   * @throws {TimeoutError} its `outcome` says whether it may have been applied. @throws the signal's reason
   * @throws {UnknownOutcomeError} only with another encoding than `own`; or when the znode was deleted meanwhile, or overwritten
   *   with what is no counter, or 64 others have changed the counter since the answer was lost.
   */
  async add(amount: number, options?: WaitOptions): Promise<Step> {
    return await this.#change(addition(checkNumber("amount", amount, this.path), this.path), options);
  }

  /** Adds 1; see {@link add}. */
  async increment(options?: WaitOptions): Promise<Step> {
    return await this.add(1, options);
  }

  /** Subtracts 1; see {@link add}. */
  async decrement(options?: WaitOptions): Promise<Step> {
    return await this.add(-1, options);
  }

  /** Replaces the value if it is the expected one, and tells whether it was. Otherwise as {@link add}. */
  async compareAndSet(expected: number, next: number, options?: WaitOptions): Promise<boolean> {
    checkNumber("expected", expected, this.path);
    const change = exchange(expected, checkNumber("next", next, this.path), this.path);
    return (await this.#change(change, options)).before === expected;
  }

  /**
   * The value now, and the latest after each change, for ever; values that were overtaken are skipped. One round trip for
   * each value.
   *
   * @throws {UnreadableCounterError} @throws {NoAuthError} @throws {ClosedError} from the iterator.
   */
  watch(options?: ObserveOptions): AsyncIterable<number> {
    const found = this.#zk.watchData(this.path, options);
    const { initial } = this;
    const read = (data: Buffer) => this.#codec.read(data, NO_WRITE).value;
    return (async function* () {
      let last: number | undefined;
      for await (const node of found) {
        const value = node === undefined ? initial : read(node.data);
        if (value !== last) yield value;
        last = value;
      }
    })();
  }

  async #change(change: Change, options: WaitOptions | undefined): Promise<Step> {
    const { signal, timeoutMs = this.#timeoutMs } = checkWithWaitOptions<WaitOptions>(options);
    const { path } = this;
    try {
      const step = await this.#batcher.change(change, { signal, timeoutMs });
      publishChange(() => ({ path, step, error: undefined }));
      return step;
    } catch (error) {
      publishChange(() => ({ path, step: undefined, error }));
      throw error;
    }
  }
}

function checkNumber(name: string, value: unknown, path: string): number {
  if (Number.isSafeInteger(value)) return value as number;
  throw new InvalidArgumentError(`${name} must be an integer within ±(2⁵³ − 1), not ${String(value)}`, { path });
}
