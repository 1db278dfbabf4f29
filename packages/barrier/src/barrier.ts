import { InvalidArgumentError, NoNodeError, type WaitOptions, type ZooKeeper } from "@zookit/core";
import {
  type Client,
  checkPath,
  checkWithWaitOptions,
  clientOf,
  isLossError,
  perform,
  waitForDeletion,
  withDeadline,
} from "@zookit/core/recipe";
import { type BarrierMessage, publishBarrier } from "./diagnostics.js";

/**
 * A barrier that anybody closes and opens, and that others wait before.
 *
 * **Protocol.** It is closed while its persistent znode exists; kazoo's `Barrier` and Curator's `DistributedBarrier`
 * are the same barrier.
 *
 * **Cost.** One round trip each, of two requests for `wait`, which holds one watch and asks again after each reconnect.
 *
 * **Failure.** All three are repeated after a lost connection, in a new session too. The barrier belongs to no session:
 * it stays closed when whoever closed it has gone.
 *
 * @example
 * const maintenance = new Barrier(zk, "/barriers/maintenance");
 * await maintenance.wait({ timeoutMs: 60_000 });
 *
 * @see https://zookeeper.apache.org/doc/current/recipes.html#sc_recipes_eventHandles
 */
export class Barrier {
  readonly path: string;
  readonly #zk: ZooKeeper;
  readonly #client: Client;

  /** @throws {InvalidArgumentError} */
  constructor(zk: ZooKeeper, path: string) {
    this.#client = clientOf(zk);
    this.#zk = zk;
    this.path = checkBarrierPath(path);
  }

  /**
   * Closes it. Closing what is closed changes nothing.
   *
   * @throws {NoAuthError} @throws {TimeoutError} its `outcome` says whether it may be closed. @throws {ClosedError}
   */
  async create(options?: WaitOptions): Promise<void> {
    await this.#zk.ensurePath(this.path, options);
    this.#publish("closed");
  }

  /**
   * Opens it: everybody who waits goes on. Opening what is open changes nothing. After a lost answer it is opened
   * again, also if somebody has closed it anew in between.
   *
   * @throws {NotEmptyError} the znode has children: it is something else.
   * @throws {NoAuthError} @throws {TimeoutError} its `outcome` says whether it may be open. @throws {ClosedError}
   */
  async remove(options?: WaitOptions): Promise<void> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    const { path } = this;
    await perform(this.#client, {
      what: `open the barrier ${path}`,
      path,
      effect: "idempotent",
      options: given,
      run: async (session) => {
        await session.request("delete", { path, version: -1 }).catch((error) => {
          if (!(error instanceof NoNodeError)) throw error;
        });
      },
    });
    this.#publish("opened");
  }

  /**
   * Waits until it is open; at once if it is. It sees whatever was closed before the call (by a `sync`: not if a leader
   * that was deposed answers that). It may be closed again by the time this resolves.
   *
   * @throws {TimeoutError} @throws the signal's reason @throws {NoAuthError} @throws {ClosedError}
   */
  async wait(options?: WaitOptions): Promise<void> {
    const given = checkWithWaitOptions<WaitOptions>(options);
    const { path } = this;
    const client = this.#client;
    await withDeadline(given, `waiting before the barrier ${path}`, { path }, async (signal) => {
      for (;;) {
        const session = await client.ready(signal);
        // Sent along with the first read: whoever was told that the barrier is closed must not find it open (H40).
        session.request("sync", { path }).catch(() => {});
        try {
          return await waitForDeletion({ client, session, signal }, path);
        } catch (error) {
          // Whoever waits has nothing that could be lost with a session: it goes on in the next one (H74).
          if (signal.aborted || !isLossError(error)) throw error;
        }
      }
    });
    this.#publish("passed");
  }

  #publish(change: BarrierMessage["change"]): void {
    publishBarrier(() => ({ path: this.path, change }));
  }
}

/** @throws {InvalidArgumentError} */
export function checkBarrierPath(path: unknown): string {
  const checked = checkPath(path);
  if (checked === "/") throw new InvalidArgumentError("the root cannot be a barrier", { path: checked });
  return checked;
}
