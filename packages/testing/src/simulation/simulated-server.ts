import { type Notification, Replica, type WriteResult } from "../model/index.js";
import type { Connection, Hello, ServerEnd } from "./connection.js";
import { type PortRequest, sessionName, taskOf } from "./port.js";
import type { Quorum } from "./quorum.js";
import type { Scheduler } from "./scheduler.js";

type Step = () => boolean;

const READY = Promise.resolve();

/**
 * One server of the simulated ensemble: its copy of the tree, as far as it has applied the log, and the requests of its
 * connections, each connection's in their order. A write, and a `sync`, is answered once the server has applied it; a read
 * is answered from what the server has.
 */
export class SimulatedServer implements ServerEnd {
  /** Counted from 0. */
  readonly index: number;
  readonly #label: string;
  readonly #quorum: Quorum;
  readonly #scheduler: Scheduler;
  readonly #replica: Replica<Connection>;
  readonly #connections = new Set<Connection>();
  /** What each connection's next request waits for: a step returns false until it can be taken. */
  readonly #queues = new Map<Connection, Step[]>();
  readonly #results = new Map<number, WriteResult>();
  #applied = 0;
  #isApplying = false;
  #lagMs = 0;
  #state: "up" | "isolated" | "down" = "up";

  constructor(index: number, quorum: Quorum, scheduler: Scheduler) {
    this.index = index;
    this.#label = `server ${index} applies`;
    this.#quorum = quorum;
    this.#scheduler = scheduler;
    this.#replica = new Replica({ hasTtl: true });
  }

  /** Whether clients can connect. */
  get isServing(): boolean {
    return this.#state === "up";
  }

  /** Number of watches that are set. */
  get watchCount(): number {
    return this.#replica.watchCount;
  }

  /** The tree as this server has it. */
  get tree(): Replica<Connection>["tree"] {
    this.#catchUpUnseen();
    return this.#replica.tree;
  }

  /** Sessions whose clients are connected to this server. */
  get sessions(): readonly string[] {
    return [...this.#connections].flatMap(({ session }) => (session === undefined ? [] : [sessionName(session)]));
  }

  /** From now on the server applies entries only after that time, in virtual milliseconds, or when a client's write or `sync` makes it. */
  set lagMs(lagMs: number) {
    this.#catchUpUnseen();
    this.#lagMs = lagMs;
  }

  /** Cut off from the leader, a server goes on answering reads, and nothing else, until it notices. */
  isolate(): void {
    this.#catchUpUnseen();
    if (this.#state === "up") this.#state = "isolated";
  }

  goDown(): void {
    this.#catchUpUnseen();
    this.#state = "down";
    for (const connection of this.#connections) connection.cut();
  }

  /** Joins the leader: applies everything that was committed, then serves. */
  join(): void {
    this.#state = "up";
    this.#lagMs = 0;
    this.applyUpTo(this.#quorum.log.length);
  }

  hello(connection: Connection, hello: Hello): void {
    this.#catchUpUnseen();
    if (this.#state !== "up" || hello.lastZxid > this.#replica.tree.lastZxid) {
      connection.isServed = false;
      connection.tell("refused", (client) => client.welcome({ kind: "refused" }));
      return;
    }
    this.#connections.add(connection);
    connection.identities = hello.identities;
    if (hello.session === undefined) {
      const place = this.#quorum.openSession(connection, hello.timeoutMs);
      this.#enqueue(connection, () => this.#isApplied(place) && this.#welcome(connection));
    } else if (this.#quorum.resumeSession(connection, hello.session) === "resumed") {
      this.#enqueue(connection, () => this.#welcome(connection));
    } else {
      this.closed(connection);
      connection.tell("expired", (client) => client.welcome({ kind: "expired" }));
    }
  }

  request(connection: Connection, request: PortRequest): void {
    if (!connection.isServed || connection.session === undefined) return;
    const task = taskOf(request);
    if (task.kind === "read") {
      this.#enqueue(connection, () => {
        if (this.#state === "up" && connection.session !== undefined) this.#quorum.touch(connection.session);
        const watcher = task.watch ? connection : undefined;
        return this.#reply(connection, request, this.#replica.read(task.read, connection.identities, watcher));
      });
      return;
    }
    let place: number | undefined;
    this.#enqueue(connection, () => {
      // What is sent to the leader while there is none waits.
      if (this.#state !== "up" && place === undefined) return false;
      // Another connection has taken the session over: what still arrives on this one is refused.
      const { session } = connection;
      if (session === undefined || this.#quorum.ownerOf(session) !== connection) return true;
      this.#quorum.touch(session);
      place ??= task.kind === "write" ? this.#quorum.commit(connection, task.write) : this.#quorum.log.length - 1;
      if (!this.#isApplied(place)) return false;
      const result = task.kind === "write" ? this.#results.get(place) : { code: 0 };
      return this.#reply(connection, request, result ?? { code: 0 });
    });
  }

  closeSession(connection: Connection): void {
    if (!connection.isServed) return;
    let place: number | undefined;
    this.#enqueue(connection, () => {
      if (this.#state !== "up") return false;
      place ??= connection.session === undefined ? undefined : this.#quorum.closeSession(connection.session);
      if (place !== undefined && !this.#isApplied(place)) return false;
      connection.cut();
      return true;
    });
  }

  closed(connection: Connection): void {
    connection.isServed = false;
    this.#connections.delete(connection);
    this.#queues.delete(connection);
    this.#replica.dropWatches(connection);
  }

  /** To be called when something was committed, or the server's state has changed. */
  advance(): void {
    for (const connection of [...this.#queues.keys()]) this.#serve(connection);
    if (this.#state === "down" || this.#isApplying || this.#applied >= this.#quorum.log.length) return;
    if (this.#state === "isolated" || this.#isUnseen) return;
    this.#isApplying = true;
    void this.#turn().then(() => {
      this.#isApplying = false;
      // What was committed while it lagged is applied in one go.
      if (this.#state === "up") this.applyUpTo(this.#lagMs > 0 ? this.#quorum.log.length : this.#applied + 1);
      this.advance();
    });
  }

  #turn(): Promise<void> {
    const turn = () => this.#scheduler.schedule(READY, this.#label);
    return this.#lagMs > 0 ? new Promise<void>((resolve) => setTimeout(resolve, this.#lagMs)).then(turn) : turn();
  }

  /** Nobody could tell when it applies what is committed: it counts as done at once, and is done when somebody looks. */
  get #isUnseen(): boolean {
    return this.#state === "up" && this.#connections.size === 0 && this.#lagMs === 0 && !this.#isApplying;
  }

  #catchUpUnseen(): void {
    if (this.#isUnseen) this.applyUpTo(this.#quorum.log.length);
  }

  /** Applies the log up to a place, exclusive. */
  applyUpTo(end: number): void {
    for (const entry of this.#quorum.log.slice(this.#applied, end)) {
      const place = this.#applied++;
      const { result, notifications } = this.#replica.apply(entry);
      this.#results.set(place, result);
      this.#notify(notifications);
      if (entry.write.type === "closeSession") this.#endConnectionsOf(entry.session);
    }
  }

  #notify(notifications: readonly Notification<Connection>[]): void {
    for (const { watcher, change } of notifications) {
      watcher.tell(`event ${change.type} ${change.path}`, (client) => client.watch(change));
    }
  }

  #endConnectionsOf(session: bigint): void {
    for (const connection of this.#connections) if (connection.session === session) connection.cut();
  }

  /** Whether an entry that a client of this server waits for was applied. A server that lags does so now. */
  #isApplied(place: number): boolean {
    if (this.#lagMs > 0 && this.#state === "up") this.applyUpTo(place + 1);
    return place < this.#applied;
  }

  #welcome(connection: Connection): boolean {
    const { session: id } = connection;
    if (id === undefined) return true;
    const grant = this.#quorum.grantOf(id);
    connection.tell("connected", (client) =>
      client.welcome(grant ? { ...grant, kind: "session" } : { kind: "expired" }),
    );
    return true;
  }

  #reply(connection: Connection, { operation, request }: PortRequest, result: { readonly code: number }): boolean {
    const zxid = this.#replica.tree.lastZxid;
    connection.tell(`reply to ${operation} ${request.path}`, (client) => client.reply(result, zxid));
    return true;
  }

  #enqueue(connection: Connection, step: Step): void {
    const queue = this.#queues.get(connection);
    if (queue === undefined) this.#queues.set(connection, [step]);
    else queue.push(step);
    this.#serve(connection);
  }

  #serve(connection: Connection): void {
    const queue = this.#queues.get(connection) ?? [];
    while (queue[0] !== undefined && connection.isServed && queue[0]()) queue.shift();
  }
}
