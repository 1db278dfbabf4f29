import { NodeExistsError } from "@zookit/core";
import {
  type Client,
  createEphemeral,
  isLossError,
  join,
  type LiveSession,
  orAbort,
  protectEphemeral,
  type Removal,
  remove,
} from "@zookit/core/recipe";

/** The barrier's znode, and what a participant's own znode under it holds. */
export interface Gate {
  readonly client: Client;
  readonly path: string;
  /** The participant, the same for each of its znodes: 32 hexadecimal digits. */
  readonly id: string;
  readonly parties: number;
  readonly data: Buffer;
}

/**
 * How long giving up may take, in milliseconds: to find out whether it comes too late, and to see the znode gone. With
 * servers that answer, it is gone when the caller hears of the abort; otherwise the caller hears in time, and the
 * janitor goes on.
 */
export const ABANDON_LIMIT_MS = 250;

/**
 * A participant's ephemeral znode: of one session, and under a name that no other znode ever has. So it may be created
 * again after a lost answer, whatever is there is its own, and while it is there it has been there all the time (H3,
 * H8).
 */
export class MemberZnode {
  readonly session: LiveSession;
  readonly name: string;
  readonly path: string;
  readonly #gate: Gate;
  #latest: Promise<unknown> = Promise.resolve();
  #removal: Removal | undefined;
  /** It may be there, or have been. */
  mayExist = false;

  constructor(gate: Gate, session: LiveSession, name: string) {
    this.#gate = gate;
    this.session = session;
    this.name = name;
    this.path = join(gate.path, name);
  }

  /** Sends the request within the call. Doing it twice is as good as once. @throws {NoNodeError} there is no barrier yet */
  async create(): Promise<void> {
    const { client, data } = this.#gate;
    const wasPossible = this.mayExist;
    this.mayExist = true;
    const created = createEphemeral(client, this.session, this.path, data);
    this.#latest = created.catch(() => {});
    try {
      await created;
    } catch (error) {
      if (!(error instanceof NodeExistsError)) {
        const isUnknown = isLossError(error) && error.outcome === "unknown";
        this.mayExist = wasPossible || isUnknown;
        throw error;
      }
    }
    await protectEphemeral(client, this.session, this.path);
  }

  /** From now on the janitor sees to it that the znode goes (H4, H6, H47). */
  remove(): Removal {
    const { client, path } = this.#gate;
    this.#removal ??= remove({
      client,
      session: this.session,
      parent: path,
      prefix: this.name,
      // An earlier create may have been applied although the latest one was not.
      created: this.#latest.then(() => this.path),
      isNameCertain: true,
    });
    return this.#removal;
  }
}

/** Waits until a znode is proven to be gone. @throws {NoAuthError} the server refuses its deletion */
export async function removed({ gone, refused }: Removal, signal: AbortSignal): Promise<void> {
  const refusal = await orAbort(Promise.race([gone, refused]), signal);
  if (refusal !== undefined) throw refusal;
}
