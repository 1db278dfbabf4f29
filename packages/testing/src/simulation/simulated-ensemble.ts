import type { Transport, TransportCapability } from "@zookit/core";
import { TestingError } from "../errors.js";
import type { LogEntry } from "../model/index.js";
import { carry, thirdOfSession } from "./carry.js";
import { Connection } from "./connection.js";
import type { FaultPlan } from "./operation-fault.js";
import { Quorum } from "./quorum.js";
import { InOrder, type Scheduler } from "./scheduler.js";
import { SimulatedServer } from "./simulated-server.js";
import { type Network, SimulatedSession } from "./simulated-session.js";

export interface SimulatedEnsembleOptions {
  /** Decides what happens next, `fc.scheduler()` for instance. @default in the order in which things become possible */
  readonly scheduler?: Scheduler;
  /** @default 3 */
  readonly servers?: number;
  /** Server tick in virtual milliseconds; sessions last 2 to 20 ticks. @default 200 */
  readonly tickTimeMs?: number;
  /** Ticks after which a server that is cut off from the leader notices, and serves nobody any more. @default 5 */
  readonly syncLimitTicks?: number;
  /** Whether znodes are created with their ACL in one request, as with a transport that can do so. @default true */
  readonly createsWithAcl?: boolean;
}

/**
 * An ensemble of servers inside this process, with a {@link Transport} to it: the same model as the test server's, but with
 * several servers, each as far as it has got, and with faults that no real network shows on demand.
 *
 * Nothing in it is random. Where things could happen in more than one order, the scheduler chooses; time is what the
 * global timers say it is. Use it within {@link simulate}, which makes them virtual.
 *
 * @example
 * await simulate(async (ensemble) => {
 *   await using zk = await connect("simulated", { transport: ensemble.transport });
 *   ensemble.planFaults(({ operation }) =>
 *     operation === "create" ? { point: "reply-lost", consequence: "reconnect" } : undefined,
 *   );
 *   …
 * });
 */
export class SimulatedEnsemble {
  readonly servers: readonly SimulatedServer[];
  /** For the `transport` option of `connect`; it takes any hosts. */
  readonly transport: Transport;
  readonly #scheduler: Scheduler;
  readonly #syncLimitMs: number;
  readonly #quorum: Quorum;
  #plan: FaultPlan = () => undefined;
  #sent = 0;
  /** Sessions whose clients reach no server, with the connections that they try. */
  readonly #partitioned = new Map<bigint, Set<Connection>>();
  /** The server that the next client reaches which has lost its connection. */
  #nextServer: SimulatedServer | undefined;

  constructor(options: SimulatedEnsembleOptions = {}) {
    const {
      scheduler = new InOrder(),
      servers = 3,
      tickTimeMs = 200,
      syncLimitTicks = 5,
      createsWithAcl = true,
    } = options;
    if (!Number.isInteger(servers) || servers < 1) {
      throw new TestingError("invalid-argument", `servers must be a positive integer, not ${servers}`);
    }
    this.#scheduler = scheduler;
    this.#syncLimitMs = syncLimitTicks * tickTimeMs;
    this.#quorum = new Quorum(tickTimeMs, () => this.#advance());
    this.servers = Array.from({ length: servers }, (_, index) => new SimulatedServer(index, this.#quorum, scheduler));
    const network = this.#network();
    this.transport = {
      name: "simulated",
      capabilities: new Set<TransportCapability>(createsWithAcl ? ["create-with-acl"] : []),
      open: (request, events) => new SimulatedSession(network, request, events),
    };
  }

  /** Everything that was committed so far, in its order: what really happened. */
  get log(): readonly LogEntry[] {
    return this.#quorum.log;
  }

  /** How many requests clients have sent. */
  get operationCount(): number {
    return this.#sent;
  }

  /** Sessions that have not ended, as in `zk.session.id`. */
  get sessions(): readonly string[] {
    return this.#quorum.sessions;
  }

  /** The tree after everything that was committed. */
  get tree(): SimulatedServer["tree"] {
    const server = this.#server(0);
    server.applyUpTo(this.log.length);
    return server.tree;
  }

  /** Chooses what happens to each request from now on. */
  planFaults(plan: FaultPlan): void {
    this.#plan = plan;
  }

  /** Ends a session at the servers before its time; its client learns of it as it would. */
  expireSession(session: string): void {
    this.#quorum.closeSession(this.#quorum.idOf(session));
  }

  /** Cuts the connection of a session. What it has sent is lost, or `arrives` all the same. */
  dropConnection(session: string, sent: "is-lost" | "arrives" = "is-lost"): void {
    this.#quorum.ownerOf(this.#quorum.idOf(session))?.cut(sent);
  }

  /**
   * Carries nothing any more between the client of a session and any server, in either direction, for a time. What was under
   * way then is lost.
   */
  partition(session: string, forMs: number): void {
    const id = this.#quorum.idOf(session);
    const connection = this.#quorum.ownerOf(id);
    const silent = new Set(connection === undefined ? [] : [connection]);
    this.#partitioned.set(id, silent);
    connection?.silence();
    setTimeout(() => {
      if (this.#partitioned.get(id) !== silent) return;
      this.#partitioned.delete(id);
      for (const cut of silent) cut.cut();
    }, forMs);
  }

  /** Another server becomes the leader: every connection is cut, and for that long no server takes one. */
  changeLeader(electionMs: number): void {
    for (const server of this.servers) server.goDown();
    setTimeout(() => {
      for (const server of this.servers) server.join();
      this.#quorum.beginEpoch();
    }, electionMs);
  }

  /** Stops a server for a time. */
  stopServer(index: number, forMs: number): void {
    const server = this.#server(index);
    server.goDown();
    setTimeout(() => {
      server.join();
      server.advance();
    }, forMs);
  }

  /**
   * Cuts a server off from the leader for a time. It goes on answering reads until it notices, and then
   * serves nobody until it is back.
   */
  isolateServer(index: number, forMs: number): void {
    const server = this.#server(index);
    server.isolate();
    if (this.#syncLimitMs < forMs) setTimeout(() => server.goDown(), this.#syncLimitMs);
    setTimeout(() => {
      server.join();
      server.advance();
    }, forMs);
  }

  /**
   * Makes a server apply what is committed only after a time, or when a write or a `sync` of one of its own clients makes it;
   * 0 makes it prompt again.
   */
  lagServer(index: number, lagMs: number): void {
    this.#server(index).lagMs = lagMs;
  }

  #network(): Network {
    return {
      connect: (client, previous) => {
        const connection = new Connection(this.#scheduler, client, this.#serverFor(previous));
        const silent = previous?.session === undefined ? undefined : this.#partitioned.get(previous.session);
        if (silent !== undefined) {
          connection.session = previous?.session;
          connection.silence();
          silent.add(connection);
        }
        return connection;
      },
      faultFor: (session, { operation, request: { path } }, connection) => {
        const fault = this.#plan({ index: this.#sent++, operation, path, session });
        if (fault?.consequence === "lagging") this.#lagAnother(connection);
        return fault;
      },
      send: (connection, request, fault) => carry(connection, request, fault, this.#quorum),
    };
  }

  /** Another server than that of the connection falls behind from now on, and is the one that is reached next. */
  #lagAnother(connection: Connection): void {
    const server = this.servers.find((other) => other !== connection.server && other.isServing);
    if (server === undefined) return;
    const lagMs = 1.5 * thirdOfSession(connection, this.#quorum);
    server.lagMs = lagMs;
    this.#nextServer = server;
    setTimeout(() => {
      server.lagMs = 0;
    }, 2 * lagMs);
  }

  /** The servers in turn; not the one that was lost if there is another. */
  #serverFor(previous: Connection | undefined): SimulatedServer {
    const next = previous === undefined ? undefined : this.#nextServer;
    if (next !== undefined) this.#nextServer = undefined;
    const count = this.servers.length;
    const first =
      previous === undefined ? this.log.length : 1 + this.servers.indexOf(previous.server as SimulatedServer);
    const inTurn = this.servers.map((_, offset) => this.#server((first + offset) % count));
    return next ?? inTurn.find((server) => server.isServing) ?? this.#server(first % count);
  }

  #server(index: number): SimulatedServer {
    const server = this.servers[index];
    if (server === undefined) throw new TestingError("invalid-argument", `there is no server ${index}`);
    return server;
  }

  #advance(): void {
    for (const server of this.servers) server.advance();
  }
}
