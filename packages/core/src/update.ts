import type { Client } from "./client.js";
import { orAbort, type WaitOptions } from "./deadline.js";
import { BadVersionError, isLossError, UnknownOutcomeError } from "./errors.js";
import type { LiveSession } from "./live-session.js";
import { bounded, perform, type StepOptions, withOutcome } from "./perform.js";
import { retry } from "./retry.js";
import { type Data, type Stat, toBuffer } from "./znode.js";

/** A znode's data with its metadata. */
export interface NodeData {
  readonly data: Buffer;
  readonly stat: Stat;
}

/** Computes the next data from the present one; `undefined` leaves the znode as it is. Called again after a conflict. */
export type UpdateFunction = (data: Buffer, stat: Stat) => Data | undefined | Promise<Data | undefined>;

export interface UpdateOptions extends WaitOptions {
  /**
   * Tells whether the given data contains this very update, for data that records who wrote what (an operation id, say).
   * It is asked only after an answer was lost and somebody has written since. With it the outcome is known, unless it
   * answers `undefined`: that the data cannot tell any more.
   */
  readonly contains?: Contains | undefined;
}

type Contains = (data: Buffer, stat: Stat) => boolean | undefined;

/** For recipes that remember what they have read or written. */
export interface KnownUpdateOptions extends UpdateOptions {
  /**
   * What is stored at present, as far as the caller knows: the first attempt is made on it, without a read. If it is out of
   * date, the server refuses that attempt.
   */
  readonly known?: NodeData | undefined;
}

/** What can be said about a compare-and-set whose answer was lost. */
export type CasOutcome = "applied" | "not-applied" | "unknown";

/**
 * Decides what became of a compare-and-set from version `base` that was sent once with its answer lost, and was refused
 * with "bad version" when it was sent again: somebody has written since, perhaps we ourselves.
 *
 * - Data that says who wrote it decides. Otherwise:
 * - One write has happened since, and it stored other bytes: that write was not ours, so ours can never apply.
 * - One write, with our bytes: ours, or somebody else's equal one. Unknown.
 * - Several writes, or another znode in its place: ours may have been among them. Unknown.
 */
export function resolveCas(base: Stat, written: Buffer, found: NodeData, contains?: Contains): CasOutcome {
  if (found.stat.czxid !== base.czxid) return "unknown";
  if (contains !== undefined) {
    const isContained = contains(found.data, found.stat);
    if (isContained === undefined) return "unknown";
    return isContained ? "applied" : "not-applied";
  }
  const writesSince = (found.stat.version - base.version) | 0;
  return writesSince === 1 && !found.data.equals(written) ? "not-applied" : "unknown";
}

/** Version-checked read-modify-write; see {@link ZooKeeper.update}. */
export async function update(
  client: Client,
  path: string,
  fn: UpdateFunction,
  options: KnownUpdateOptions | (KnownUpdateOptions & StepOptions),
): Promise<NodeData> {
  const what = `update ${path}`;
  let { known } = options;
  /** What `fn` has thrown: it may be of any class, and is not a conflict of this update. */
  let failure: unknown;
  const failed = (error: unknown): never => {
    failure = error;
    throw error;
  };
  const compute: UpdateFunction = (data, stat) => {
    try {
      const result = fn(data, stat);
      return isPromiseLike(result) ? Promise.resolve(result).catch(failed) : result;
    } catch (error) {
      return failed(error);
    }
  };
  const attempt = async (step: StepOptions) => {
    const current = known ?? (await read(client, path, step));
    known = undefined;
    return await updateOnce(client, path, compute, current, options.contains, step);
  };
  return await bounded(client, { what, path, options }, (step) =>
    retry(() => attempt(step), {
      what,
      policy: client.settings.retry,
      signal: step.signal,
      // Somebody else's write came between: begin again with what is stored now.
      shouldRetry: (error) => error instanceof BadVersionError && error !== failure,
    }),
  );
}

async function updateOnce(
  client: Client,
  path: string,
  fn: UpdateFunction,
  current: NodeData,
  contains: UpdateOptions["contains"],
  step: StepOptions,
): Promise<NodeData> {
  const result = fn(current.data, current.stat);
  const next = result instanceof Promise ? await orAbort(result, step.signal) : result;
  if (next === undefined) return current;
  const data = toBuffer(next, path);
  const { version } = current.stat;
  if (version === -1) {
    // As an expected version -1 means "any": the set would be unconditional (H43).
    throw new UnknownOutcomeError(`update ${path}: its version has wrapped to -1`, { path, outcome: "not-applied" });
  }
  try {
    const stat = await compareAndSet(client, path, data, version, step);
    if (stat.czxid === current.stat.czxid) return { data, stat };
  } catch (error) {
    if (!(error instanceof AmbiguousConflict)) throw error;
    return await settle(client, path, { base: current.stat, data, contains }, error.conflict, step);
  }
  // Versions begin anew with every incarnation of a znode, so the set has met one that was never read (H42).
  throw new UnknownOutcomeError(`update ${path}: the znode was deleted and created again meanwhile`, {
    path,
    outcome: "unknown",
  });
}

/** Finds out what became of an ambiguous compare-and-set: what is stored now, or the conflict if it can never apply. */
async function settle(
  client: Client,
  path: string,
  sent: { readonly base: Stat; readonly data: Buffer; readonly contains: UpdateOptions["contains"] },
  conflict: BadVersionError,
  step: StepOptions,
): Promise<NodeData> {
  const found = await read(client, path, step).catch((error) => {
    throw withOutcome(error, "unknown");
  });
  const outcome = resolveCas(sent.base, sent.data, found, sent.contains);
  if (outcome === "applied") return found;
  if (outcome === "not-applied") throw conflict;
  throw new UnknownOutcomeError(`update ${path}: the answer was lost, and others have written since`, {
    path,
    outcome: "unknown",
    cause: conflict,
  });
}

/** A compare-and-set was refused after an earlier answer to it had been lost: it may have been applied by then. */
class AmbiguousConflict extends Error {
  readonly conflict: BadVersionError;

  constructor(conflict: BadVersionError) {
    super(conflict.message);
    this.conflict = conflict;
  }
}

/**
 * Sends a compare-and-set until it is answered. The same one, with the same version and bytes, can be repeated: it applies
 * once or not at all (H7).
 */
async function compareAndSet(
  client: Client,
  path: string,
  data: Buffer,
  version: number,
  step: StepOptions,
): Promise<Stat> {
  let wasLost = false;
  const run = (session: LiveSession) =>
    session.request("set", { path, data, version }).catch((error) => {
      wasLost ||= isLossError(error) && error.outcome === "unknown";
      throw error;
    });
  try {
    return await perform(client, { what: `set ${path}`, path, effect: "idempotent", options: step, run });
  } catch (error) {
    if (!wasLost) throw error;
    throw error instanceof BadVersionError ? new AmbiguousConflict(error) : withOutcome(error, "unknown");
  }
}

function isPromiseLike<T>(value: T | PromiseLike<T>): value is PromiseLike<T> {
  return typeof (value as Partial<PromiseLike<T>> | undefined)?.then === "function";
}

function read(client: Client, path: string, options: StepOptions): Promise<NodeData> {
  const run = (session: LiveSession) => session.request("get", { path, watch: false });
  return perform(client, { what: `get ${path}`, path, effect: "read", options, run });
}
