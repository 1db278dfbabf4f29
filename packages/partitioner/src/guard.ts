import { type NodeData, NodeExistsError, NoNodeError } from "@zookit/core";
import {
  createEphemeral,
  ensurePath,
  isLossError,
  type LiveSession,
  nameOf,
  orAbort,
  parentOf,
  protectEphemeral,
  reconnected,
  remove,
  type Step,
  withinSession,
} from "@zookit/core/recipe";

type Watch = ReturnType<LiveSession["watch"]>;

/**
 * The znode that makes a partition one member's own: at most one member at a time has it, whatever the plan says (H80).
 *
 * Its name is that of the partition, so that it is exclusive; its czxid is the fencing token. It holds the run of its owner,
 * since a session can have several members.
 */
export class Guard {
  readonly path: string;
  readonly session: LiveSession;
  readonly fencingToken: bigint;
  readonly #step: Step;
  readonly #owner: Buffer;
  #watch: Watch;

  /** @param watch is registered before the read that has shown `node`. Use {@link takeGuard}. */
  constructor(step: Step, path: string, owner: Buffer, node: NodeData, watch: Watch) {
    this.path = path;
    this.session = step.session;
    this.fencingToken = node.stat.czxid;
    this.#step = step;
    this.#owner = owner;
    this.#watch = watch;
  }

  /**
   * Resolves when somebody else has deleted it (H46).
   *
   * @throws {SessionLostError} its session has ended. @throws the signal's reason
   */
  async deleted(signal: AbortSignal): Promise<void> {
    const { client } = this.#step;
    const { session, path } = this;
    const step = { client, session, signal };
    try {
      for (;;) {
        const wake = await orAbort(this.#watch.fired, signal);
        this.#watch = session.watch("data", path);
        if (wake === "unseen") await reconnected(step);
        const node = await withinSession(step, () => session.request("get", { path, watch: true }));
        if (!this.#isThis(node)) return;
      }
    } catch (error) {
      if (!(error instanceof NoNodeError)) throw error;
    } finally {
      this.#watch.cancel();
    }
  }

  /**
   * Deletes it for sure; resolves when it is proven to be gone, or its session has ended. Two round trips.
   *
   * @throws {NoAuthError} the server refuses; it is tried again until the session ends all the same.
   */
  async remove(): Promise<void> {
    this.#watch.cancel();
    await removeGuard(this.#step, this.path, Promise.resolve(), (node) => this.#isThis(node));
  }

  #isThis({ data, stat }: NodeData): boolean {
    return stat.czxid === this.fencingToken && data.equals(this.#owner);
  }
}

/**
 * Takes the guard of a partition, as soon as nobody else has it.
 *
 * The create and a read travel together: the read tells whose it is, with its czxid, and arms the watch on it, which serves
 * the owner as well as who waits for its deletion. One round trip if it is free. Whatever ends it early leaves no guard
 * behind (H47).
 *
 * @throws {SessionLostError} the session has ended. @throws the signal's reason
 * @throws {NoAuthError} @throws {TooManyEphemeralsError}
 */
export async function takeGuard(step: Step, path: string, owner: Buffer): Promise<Guard> {
  const { client, session, signal } = step;
  const isOurs = ({ data, stat }: NodeData) => stat.ephemeralOwner === session.id && data.equals(owner);
  let latest: Promise<unknown> = Promise.resolve();
  const attempt = async (): Promise<NodeData> => {
    const creating = createEphemeral(client, session, path, owner);
    latest = creating;
    const reading = session.request("get", { path, watch: true });
    reading.catch(() => {});
    await creating.catch((error) => {
      if (!(error instanceof NodeExistsError)) throw error;
    });
    return await reading;
  };
  try {
    for (;;) {
      const watch = session.watch("data", path);
      let isKept = false;
      try {
        const node = await withinSession(step, attempt);
        if (isOurs(node)) {
          await withinSession(step, () => protectEphemeral(client, session, path));
          isKept = true;
          return new Guard(step, path, owner, node, watch);
        }
        const wake = await orAbort(watch.fired, signal);
        if (wake === "unseen") await reconnected(step);
      } catch (error) {
        if (signal.aborted || !(error instanceof NoNodeError)) throw error;
        // Its parent is missing; or it was deleted between the two, and is there for the taking.
        const parent = { signal, isStep: true } as const;
        await ensurePath(client, parentOf(path), "persistent", client.settings.acl, parent);
      } finally {
        if (!isKept) watch.cancel();
      }
    }
  } catch (error) {
    if (!isLossError(error)) await removeGuard(step, path, latest, isOurs).catch(() => {});
    throw error;
  }
}

/** @param created settles when the latest create was answered. */
async function removeGuard(
  { client, session }: Step,
  path: string,
  created: Promise<unknown>,
  isOurs: (node: NodeData) => boolean,
): Promise<void> {
  const settled = created.then(
    () => path,
    () => path,
  );
  const [parent, prefix] = [parentOf(path), nameOf(path)];
  const { gone, refused } = remove({ client, session, parent, prefix, created: settled, isNameCertain: true, isOurs });
  const refusal = await Promise.race([gone, refused]);
  if (refusal !== undefined) throw refusal;
}
