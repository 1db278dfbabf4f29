import { decode, RESPONSES } from "../../packages/testing/src/wire/index.js";
import { uniqueRoot, waitUntil } from "../harness/index.js";
import { everybody } from "./arbitrary-values.js";
import { Client } from "./client.js";
import type { Received } from "./connection.js";
import { type Request, resolveRequest } from "./steps.js";
import { type Context, lineOf } from "./transcript.js";

/** One server, and a root on it, for a script that is played on two of them. */
export class Stage {
  readonly #hosts: string;
  readonly #context: Context;
  readonly #sessions: Map<bigint, string>;

  private constructor(hosts: string, context: Context, sessions: Map<bigint, string>) {
    this.#hosts = hosts;
    this.#context = context;
    this.#sessions = sessions;
  }

  /** @param root one that exists already. @default a new one */
  static async open(hosts: string, root?: string): Promise<Stage> {
    const client = await Client.open(hosts, 10_000);
    const path = root ?? uniqueRoot("stage");
    const create: Request = { op: "create", body: { path, data: null, acl: everybody, flags: 0 } };
    const exists: Request = { op: "exists", body: { path: "/", watch: false } };
    const replies = await client.ask(root === undefined ? [create, exists] : [exists]);
    // The end of this session is the first thing that happens on the stage.
    await client.close();
    const top = replies.at(-1);
    if (top === undefined || replies.some(({ header }) => header.err !== 0)) throw new Error(`${path} cannot be made`);
    const sessions = new Map<bigint, string>();
    const { stat } = decode(RESPONSES.exists, top.body);
    return new Stage(hosts, { root: path, base: top.header.zxid, top: stat, sessions, times: new Map() }, sessions);
  }

  /** Opens a session, which transcripts call by the name. */
  async session(name: string, timeoutMs = 10_000): Promise<Client> {
    const client = await Client.open(this.#hosts, timeoutMs);
    this.#sessions.set(client.session.id, name);
    return client;
  }

  /** Requests one after the other, each sent when the one before was answered; what came, in words. */
  async ask(client: Client, requests: readonly Request[]): Promise<readonly string[]> {
    const lines: string[] = [];
    for (const request of requests) {
      lines.push(...this.#describe(await client.ask([resolveRequest(request, this.#context.root)])));
    }
    return lines;
  }

  /** Waits until a number of events have come. The session is kept alive meanwhile. */
  async events(client: Client, count: number): Promise<readonly string[]> {
    const lines: string[] = [];
    const what = `${count} events have come`;
    await waitUntil(
      async () => {
        const received = await client.settle();
        lines.push(...this.#describe(received.filter(({ request }) => request === undefined)));
        return lines.length >= count;
      },
      { what },
    );
    return lines;
  }

  #describe(received: readonly Received[]): readonly string[] {
    return received.map((each) => lineOf(each, this.#context) ?? "");
  }
}
