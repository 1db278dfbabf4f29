import type { ZookitError } from "@zookit/core";
import { type Client, isLossError, join, parentOf } from "@zookit/core/recipe";
import { type PartitionMessage, publishPartition } from "./diagnostics.js";
import { type Guard, takeGuard } from "./guard.js";
import { nameOfGuard } from "./naming.js";
import { type PartitionFunction, Tenure } from "./tenure.js";

/** What all keepers of a run have in common. */
export interface Keeping {
  readonly client: Client;
  /** Path of the znode whose children are the guards. */
  readonly owners: string;
  /** Who the member is. */
  readonly identifier: string;
  /** What the guards hold: the run. */
  readonly owner: Buffer;
  readonly fn: PartitionFunction;
}

/** Keeps one partition for as long as the plan says so: one tenure after the other, should sessions end meanwhile. */
export class Keeper {
  /** Settles when the partition is not this member's any more. Rejects with what should end the whole run. */
  readonly done: Promise<void>;
  readonly #revoked = new AbortController();

  constructor(keeping: Keeping, name: string) {
    this.done = keep(keeping, name, this.#revoked.signal);
  }

  revoke(reason: ZookitError): void {
    this.#revoked.abort(reason);
  }
}

async function keep(
  { client, owners, identifier, owner, fn }: Keeping,
  name: string,
  revoked: AbortSignal,
): Promise<void> {
  const path = join(owners, nameOfGuard(name));
  while (!revoked.aborted) {
    const guard = await take(client, path, owner, revoked);
    if (guard === undefined) continue;
    const { fencingToken } = guard;
    const tell = (change: PartitionMessage["change"]) =>
      publishPartition(() => ({ path: parentOf(owners), identifier, partition: name, fencingToken, change }));
    const tenure = new Tenure(name, guard, tell);
    try {
      tell("owned");
      await tenure.run(fn, revoked);
    } finally {
      // Only now, that the call has settled, can it be somebody else's.
      await guard.remove();
      if (!tenure.isLost) tell("passed-on");
    }
  }
}

/** The guard, in the present session; `undefined` if that has ended meanwhile, or the partition was revoked. */
async function take(client: Client, path: string, owner: Buffer, signal: AbortSignal): Promise<Guard | undefined> {
  try {
    const session = await client.ready(signal);
    return await takeGuard({ client, session, signal }, path, owner);
  } catch (error) {
    if (signal.aborted || isLossError(error)) return undefined;
    throw error;
  }
}
