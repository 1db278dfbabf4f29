import { NoNodeError, UnknownOutcomeError, type ZooKeeper } from "@zookit/core";
import {
  type Client,
  contend,
  ensurePath,
  followChildren,
  Holding,
  Latest,
  type Naming,
  parentOf,
  parseSequence,
  update,
} from "@zookit/core/recipe";
import { publishPlan } from "./diagnostics.js";
import { PartitionLostError } from "./errors.js";
import type { Paths } from "./paths.js";
import { decodePlan, encodePlan, type Plan } from "./plan.js";
import { revise } from "./replan.js";
import { isSeat, type Seated, seatedIn } from "./seated.js";
import type { PartitionSet } from "./set.js";

/** What a member needs to be the assigner when it is its turn. */
export interface Assigning {
  readonly zk: ZooKeeper;
  readonly client: Client;
  readonly paths: Paths;
  readonly identifier: string;
  /** How long others may join, in milliseconds, after one has, before the plan is made for all of them. */
  readonly settleMs: number;
  /** The set as this member knows it. */
  readonly ownSet: () => PartitionSet;
}

/** What the assigner sees; `undefined` until it has looked. */
interface View {
  readonly seated?: readonly Seated[];
  readonly stored?: StoredPlan;
}

type StoredPlan = { readonly node: Awaited<ReturnType<ZooKeeper["get"]>> | undefined };

const MARK = "-assigner-";

const NAMING: Naming = {
  prefix: (id) => id + MARK,
  sequenceOf: (name) => {
    const at = name.lastIndexOf(MARK);
    return at < 0 ? undefined : parseSequence(name.slice(at + MARK.length));
  },
};

/**
 * Contends for being the assigner, and is it in its turn, until the signal aborts.
 *
 * One member at a time follows the members and writes the plan, so that a change costs each of the others one read of the
 * plan rather than one of all the members (H39). Should two take themselves for the assigner for a moment, their
 * compare-and-sets exclude each other, and both arrive at the same plan.
 *
 * @throws {UnreadablePlanError} @throws {NoAuthError} @throws {DataTooLargeError} @throws the signal's reason
 */
export async function assignInTurn(assigning: Assigning, signal: AbortSignal): Promise<never> {
  const { client, paths, identifier } = assigning;
  const data = Buffer.from(identifier, "utf8");
  const queue = { client, parent: paths.assigner, parentMode: "persistent", naming: NAMING, data } as const;
  const lostError = (message: string, cause: unknown) =>
    new PartitionLostError(`not the assigner: ${message}`, { cause });
  for (;;) {
    const turn = new Holding(client, await contend(queue, signal), { lostError });
    const over = new AbortController();
    const end = () => over.abort();
    for (const ending of [turn.lost, signal]) {
      ending.addEventListener("abort", end, { once: true });
      if (ending.aborted) end();
    }
    try {
      if (!over.signal.aborted) await assignWhile(assigning, over);
    } catch (error) {
      if (!over.signal.aborted || error !== over.signal.reason) throw error;
    } finally {
      signal.removeEventListener("abort", end);
      // A refusal is for the servers' administrator; the next one waits for the end of this session then.
      await turn.release().catch(() => {});
    }
    signal.throwIfAborted();
  }
}

/** Keeps the plan as it should be until `over` aborts; aborts it when it fails. */
async function assignWhile(assigning: Assigning, over: AbortController): Promise<void> {
  const { zk, client, paths } = assigning;
  const { signal } = over;
  const view = new Latest<View>({});
  const followMembers = async () => {
    for await (const children of followChildren(client, paths.members, isSeat, signal)) {
      view.set({ ...view.value, seated: seatedIn(children) });
    }
  };
  const followPlan = async () => {
    for await (const node of zk.watchData(paths.plan, { signal })) view.set({ ...view.value, stored: { node } });
  };
  const tasks = [followMembers(), followPlan(), assign(assigning, view, signal)];
  try {
    await Promise.all(tasks);
  } finally {
    over.abort();
    await Promise.allSettled(tasks);
  }
}

async function assign(assigning: Assigning, view: Latest<View>, signal: AbortSignal): Promise<void> {
  const { settleMs } = assigning;
  /** When the first of those has joined whom the plan does not know yet. */
  let joinedAt: number | undefined;
  let timer: NodeJS.Timeout | undefined;
  try {
    for (;;) {
      const seen = view.value;
      const { seated, stored } = seen;
      const plan = decodePlan(stored?.node?.data, assigning.paths.plan);
      const revision = seated && stored && revise(plan, seated, assigning.ownSet());
      clearTimeout(timer);
      if (revision === undefined) {
        joinedAt = undefined;
      } else {
        joinedAt ??= performance.now();
        // Not from the latest one on: a steady stream of them would never get anything (H82).
        const settlesInMs = joinedAt + settleMs - performance.now();
        if (revision.isUrgent || settlesInMs <= 0) {
          joinedAt = undefined;
          await write(assigning, view, signal);
          continue;
        }
        timer = setTimeout(() => view.set({ ...view.value }), settlesInMs);
      }
      await view.until((value) => value !== seen, signal);
    }
  } finally {
    clearTimeout(timer);
  }
}

/** Stores the plan for the members that are there now. If that fails for others' writing, the next look decides anew. */
async function write(assigning: Assigning, view: Latest<View>, signal: AbortSignal): Promise<void> {
  const { client, paths, identifier, ownSet } = assigning;
  let change: { readonly before: Plan | undefined; readonly plan: Plan } | undefined;
  let written: Buffer | undefined;
  const next = (data: Buffer) => {
    const before = decodePlan(data, paths.plan);
    const revision = revise(before, view.value.seated ?? [], ownSet());
    change = revision && { before, plan: revision.plan };
    written = revision && encodePlan(revision.plan);
    return written;
  };
  // The same plan of another assigner is as good; what is neither is decided anew.
  const contains = (data: Buffer) => written?.equals(data) === true;
  const known = view.value.stored?.node;
  const step = { signal, isStep: true } as const;
  if (known === undefined) {
    await ensurePath(client, paths.plan, "persistent", client.settings.acl, step);
  }
  try {
    const node = await update(client, paths.plan, next, { ...step, known, contains });
    if (change !== undefined) publishPlan({ path: parentOf(paths.plan), identifier }, change.before, change.plan);
    view.set({ ...view.value, stored: { node } });
  } catch (error) {
    signal.throwIfAborted();
    // Deleted, or made anew: either way it is looked at again.
    if (!(error instanceof UnknownOutcomeError || error instanceof NoNodeError)) throw error;
    view.set({ ...view.value, stored: { node: undefined } });
  }
}
