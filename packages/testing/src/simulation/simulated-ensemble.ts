import type { Transport, TransportCapability } from "@zookit/core";
import { TestingError } from "../errors.js";
import { Leader, type LogEntry, type Write } from "../model/index.js";
import { Connection } from "./connection.js";
import type { FaultPlan, OperationFault } from "./operation-fault.js";
import { type PortRequest, sessionName } from "./port.js";
import { InOrder, type Scheduler } from "./scheduler.js";
import { type Quorum, SimulatedServer } from "./simulated-server.js";
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
  readonly #leader: Leader;
  readonly #log: LogEntry[] = [];
  readonly #owners = new Map<bigint, Connection>();
  #expiryTimer: NodeJS.Timeout | undefined;
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
    const limits = { tickMs: tickTimeMs, minTimeoutMs: 2 * tickTimeMs, maxTimeoutMs: 20 * tickTimeMs };
    this.#leader = new Leader(limits);
    const quorum = this.#quorum();
    this.servers = Array.from({ length: servers }, (_, index) => new SimulatedServer(index, quorum, scheduler));
    const network = this.#network();
    this.transport = {
      name: "simulated",
      capabilities: new Set<TransportCapability>(createsWithAcl ? ["create-with-acl"] : []),
      open: (request, events) => new SimulatedSession(network, request, events),
    };
  }

  /** Everything that was committed so far, in its order: what really happened. */
  get log(): readonly LogEntry[] {
    return this.#log;
  }

  /** How many requests clients have sent. */
  get operationCount(): number {
    return this.#sent;
  }

  /** Chooses what happens to each request from now on. */
  planFaults(plan: FaultPlan): void {
    this.#plan = plan;
  }

  /** Sessions that have not ended, as in `zk.session.id`. */
  get sessions(): readonly string[] {
    return this.#leader.sessions.ids.map(sessionName);
  }

  /** Ends a session at the servers, as if its time were up; its client learns of it as it would. */
  expireSession(session: string): void {
    const id = this.#idOf(session);
    const entry = this.#leader.closeSession(id, performance.now());
    if (entry !== undefined) this.#append(entry);
  }

  /** Cuts the connection of a session. What it has sent is lost, or `arrives` all the same. */
  dropConnection(session: string, sent: "is-lost" | "arrives" = "is-lost"): void {
    this.#owners.get(this.#idOf(session))?.cut(sent);
  }

  /**
   * Carries nothing any more between the client of a session and any server, in either direction, for a time. What was under
   * way then is lost.
   */
  partition(session: string, forMs: number): void {
    const id = this.#idOf(session);
    const connection = this.#owners.get(id);
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
      this.#leader.beginEpoch(performance.now());
      for (const server of this.servers) server.join();
      this.#armExpiry();
      this.#advance();
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

  /** Makes a server apply what is committed only after a time, or when a `sync` makes it; 0 makes it prompt again. */
  lagServer(index: number, lagMs: number): void {
    this.#server(index).lagMs = lagMs;
  }

  /** The tree after everything that was committed. */
  get tree(): SimulatedServer["tree"] {
    const [server] = this.servers;
    if (server === undefined) throw new Error("an ensemble has a server");
    server.applyUpTo(this.#log.length);
    return server.tree;
  }

  #quorum(): Quorum {
    const now = () => performance.now();
    return {
      log: this.#log,
      commit: (connection, write) => this.#commit(connection, write),
      openSession: (connection, timeoutMs) => {
        const { grant, entry } = this.#leader.openSession(timeoutMs, now());
        connection.session = grant.id;
        this.#owners.set(grant.id, connection);
        this.#armExpiry();
        return this.#append(entry);
      },
      resumeSession: (connection, { id, password }) => {
        if (this.#leader.sessions.resume(id, password, now()) === undefined) return "expired";
        const previous = this.#owners.get(id);
        this.#owners.set(id, connection);
        connection.session = id;
        previous?.cut();
        return "resumed";
      },
      closeSession: ({ session }) => {
        const entry = session === undefined ? undefined : this.#leader.closeSession(session, now());
        return entry && this.#append(entry);
      },
      isOwner: (connection) => connection.session !== undefined && this.#owners.get(connection.session) === connection,
      touch: (session) => void this.#leader.sessions.touch(session, now()),
      grantOf: (session) => this.#leader.sessions.grantOf(session),
    };
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
      send: (connection, request, fault) => this.#send(connection, request, fault),
    };
  }

  #send(connection: Connection, request: PortRequest, fault: OperationFault | undefined): void {
    const label = `${request.operation} ${request.request.path}`;
    const serve = () => connection.server.request(connection, request);
    switch (fault?.point) {
      case "lost":
        connection.toServer.send(`${label} is lost`, () => this.#cut(connection, fault));
        break;
      case "reply-lost":
        connection.toServer.send(label, () => {
          connection.toClient.hold();
          serve();
          // Once it is served: the server's turn comes before the cut, also where it is answered by the leader.
          setTimeout(() => this.#cut(connection, fault), 1);
        });
        break;
      case "late":
        connection.toServer.send(label, serve);
        this.#cut(connection, fault, "arrives");
        break;
      case "delayed":
        connection.toServer.send(label, () => {
          connection.toClient.hold();
          serve();
          setTimeout(() => {
            if (fault.consequence === "reconnect") connection.toClient.release();
            else this.#cut(connection, fault);
          }, this.#thirdOfSession(connection));
        });
        break;
      case "silence":
        connection.toServer.send(label, () => {
          connection.silence();
          serve();
          if (fault.consequence === "expiry") this.#end(connection);
        });
        break;
      default:
        connection.toServer.send(label, serve);
    }
  }

  #cut(connection: Connection, { consequence }: OperationFault, sent?: "arrives"): void {
    connection.cut(sent);
    if (consequence === "expiry") this.#end(connection);
  }

  #end({ session }: Connection): void {
    if (session !== undefined && this.#leader.sessions.grantOf(session) !== undefined) {
      this.expireSession(sessionName(session));
    }
  }

  #thirdOfSession({ session }: Connection): number {
    return (session === undefined ? 0 : (this.#leader.sessions.grantOf(session)?.timeoutMs ?? 0)) / 3;
  }

  /** Another server than that of the connection falls behind from now on, and is the one that is reached next. */
  #lagAnother(connection: Connection): void {
    const others = this.servers.filter((server) => server !== connection.server && server.isServing);
    const [server] = others;
    if (server === undefined) return;
    const lagMs = 1.5 * this.#thirdOfSession(connection);
    server.lagMs = lagMs;
    this.#nextServer = server;
    setTimeout(() => {
      server.lagMs = 0;
    }, 2 * lagMs);
  }

  /** The servers in turn; not the one that was lost if there is another. */
  #serverFor(previous: Connection | undefined): SimulatedServer {
    const index =
      previous === undefined ? this.#log.length : 1 + this.servers.indexOf(previous.server as SimulatedServer);
    const inTurn = this.servers.map((_, offset) => this.#server((index + offset) % this.servers.length));
    const next = previous === undefined ? undefined : this.#nextServer;
    if (next !== undefined) this.#nextServer = undefined;
    return next ?? inTurn.find((server) => server.isServing) ?? this.#server(index % this.servers.length);
  }

  #server(index: number): SimulatedServer {
    const server = this.servers[index];
    if (server === undefined) throw new TestingError("invalid-argument", `there is no server ${index}`);
    return server;
  }

  #idOf(session: string): bigint {
    const id = /^0x[0-9a-f]{1,16}$/.test(session) ? BigInt(session) : undefined;
    if (id === undefined || this.#leader.sessions.grantOf(id) === undefined) {
      throw new TestingError("unknown-session", `there is no session ${session}`);
    }
    return id;
  }

  #commit({ session, identities }: Connection, write: Write): number {
    return this.#append(this.#leader.commit(session ?? 0n, identities, write, Date.now()));
  }

  /** Returns the entry's place in the log. */
  #append(entry: LogEntry): number {
    const place = this.#log.push(entry) - 1;
    // Not within the request that has committed it: servers apply it in their own time.
    queueMicrotask(() => this.#advance());
    return place;
  }

  #advance(): void {
    for (const server of this.servers) server.advance();
  }

  #armExpiry(): void {
    clearTimeout(this.#expiryTimer);
    const nextMs = this.#leader.sessions.nextExpiryMs;
    if (nextMs === undefined) return;
    this.#expiryTimer = setTimeout(
      () => {
        for (const entry of this.#leader.expire(performance.now())) this.#append(entry);
        this.#armExpiry();
      },
      Math.max(1, nextMs - performance.now()),
    );
  }
}
