import { randomUUID } from "node:crypto";
import { NodeExistsError } from "@zookit/core";
import {
  type Client,
  createEphemeral,
  type HeldPlace,
  join,
  type LiveSession,
  type Naming,
  nameOf,
  parentOf,
  protectEphemeral,
  type Removal,
  remove,
  withinSession,
} from "@zookit/core/recipe";

/** What is needed to read in the place of a writer. */
export interface Successor {
  readonly client: Client;
  readonly writer: HeldPlace;
  /** The writer's sequence number, as it stands in its name. */
  readonly sequence: string;
  /** How readers are named. */
  readonly naming: Naming;
  /** Stored in the reader's znode. */
  readonly data: Buffer;
}

/**
 * A reader's place where a writer's is: an ephemeral znode that is not sequential, its name with the writer's number. Whoever
 * waits for the writer comes after the reader as well.
 *
 * The name carries a random id that is used once, in one session. A znode that exists already when the create is repeated is
 * therefore what an earlier attempt has created (H8).
 */
export class ReadPlace implements HeldPlace {
  readonly session: LiveSession;
  readonly path: string;
  readonly fencingToken: bigint;
  readonly #successor: Successor;
  /** Settles with the latest create. */
  #created: Promise<unknown> = Promise.resolve();
  #removal: Removal | undefined;

  constructor(successor: Successor) {
    const { writer, naming, sequence } = successor;
    this.session = writer.session;
    this.path = join(parentOf(writer.path), `${naming.prefix(randomUUID())}${sequence}`);
    this.fencingToken = writer.fencingToken;
    this.#successor = successor;
  }

  /**
   * Creates the znode, and makes sure that the writer's is still there then: at no moment was neither. One round trip, of two
   * requests.
   *
   * @throws {NoNodeError} the writer's znode is gone. @throws {SessionLostError} @throws the signal's reason
   */
  async enter(signal: AbortSignal): Promise<void> {
    const { client, writer } = this.#successor;
    await withinSession({ client, session: this.session, signal }, async () => {
      const created = this.#create();
      this.#created = created.catch(() => {});
      // One client's requests are answered in order: the answer tells what is there when the new znode is.
      const looked = this.session.request("exists", { path: writer.path, watch: false });
      looked.catch(() => {});
      await created;
      await looked;
    });
  }

  remove(): Removal {
    const { session, path } = this;
    const [parent, prefix] = [parentOf(path), nameOf(path)];
    // Whatever has become of the create: its znode has no other name.
    const created = this.#created.then(() => path);
    this.#removal ??= remove({ client: this.#successor.client, session, parent, prefix, created, isNameCertain: true });
    return this.#removal;
  }

  async #create(): Promise<void> {
    const { session, path } = this;
    const { client, data } = this.#successor;
    try {
      await createEphemeral(client, session, path, data);
    } catch (error) {
      if (!(error instanceof NodeExistsError)) throw error;
    }
    await protectEphemeral(client, session, path);
  }
}
