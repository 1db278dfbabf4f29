import { FaultProxy } from "@zookit/testing";
import { afterEach, beforeEach } from "vitest";
import { CREATE_FLAGS } from "../../../packages/testing/src/wire/index.js";
import { sharedHosts, uniqueRoot, waitUntil } from "../../harness/index.js";
import { WireClient, type WireReply } from "../../harness/wire-client.js";

/** How requests reject whose connection has ended. */
export const lost = "the connection has ended";

/** The server that is proxied. */
export const [target = ""] = sharedHosts().split(",");

const acl = [{ perms: 31, id: { scheme: "world", id: "anyone" } }];
const sessionTimeoutMs = 4_000;

export function create(client: WireClient, path: string): Promise<WireReply<"create">> {
  return client.request("create", { path, data: null, acl, flags: CREATE_FLAGS.persistent });
}

/** A proxy before a real server, for each test of a file, and a client that sees what the server has really done. */
export class Proxied {
  #state: { readonly proxy: FaultProxy; readonly root: string; readonly witness: WireClient } | undefined;

  constructor() {
    let heartbeat: NodeJS.Timeout;
    beforeEach(async () => {
      const witness = await WireClient.connect(target, { sessionTimeoutMs });
      // The raw client sends nothing by itself, and some tests last longer than a session.
      heartbeat = setInterval(() => void witness.ping().catch(() => undefined), sessionTimeoutMs / 4);
      this.#state = { proxy: await FaultProxy.start(target), root: uniqueRoot(), witness };
      await create(witness, this.root);
    });
    afterEach(async () => {
      await this.proxy.stop();
      clearInterval(heartbeat);
      const { witness, root } = this;
      const { body } = await witness.request("getChildren", { path: root, watch: false });
      for (const child of body?.children ?? []) {
        await witness.request("delete", { path: `${root}/${child}`, version: -1 });
      }
      await witness.request("delete", { path: root, version: -1 });
      await witness.close();
    });
  }

  get proxy(): FaultProxy {
    return this.#now().proxy;
  }

  /** A znode for this test. */
  get root(): string {
    return this.#now().root;
  }

  /** Connected without the proxy. */
  get witness(): WireClient {
    return this.#now().witness;
  }

  /** A new session through the proxy. */
  client(): Promise<WireClient> {
    return WireClient.connect(this.proxy.hosts, { sessionTimeoutMs });
  }

  async exists(path: string): Promise<boolean> {
    return (await this.witness.request("exists", { path, watch: false })).header.err === 0;
  }

  async untilExists(path: string): Promise<void> {
    await waitUntil(() => this.exists(path), { what: `${path} exists` });
  }

  #now(): { readonly proxy: FaultProxy; readonly root: string; readonly witness: WireClient } {
    if (this.#state === undefined) throw new Error("only within a test");
    return this.#state;
  }
}
