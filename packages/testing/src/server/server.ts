import type { Socket } from "node:net";
import { TestingError } from "../errors.js";
import { Faults } from "../faults/index.js";
import { atEveryMultiple, nowMs } from "./clock.js";
import { Connection, type Observer } from "./connection.js";
import type { Figures } from "./four-letter-words.js";
import type { ServerSettings } from "./options.js";
import { Service } from "./service.js";
import type { TestServerCounts, ZnodeCounters } from "./types.js";

/** The test server as it runs in its thread: its connections, and the clock that drives the service. */
export class Server {
  readonly faults = new Faults();
  readonly #service: Service;
  readonly #connections = new Set<Connection>();
  readonly #requests = new Map<string, number>();
  readonly #observer: Observer;
  #sent = 0;

  constructor(settings: ServerSettings) {
    this.#service = new Service(settings, nowMs());
    this.#observer = {
      onRequest: (name: string) => void this.#requests.set(name, (this.#requests.get(name) ?? 0) + 1),
      onSent: () => void this.#sent++,
      figures: () => this.#figures(),
    };
    atEveryMultiple(settings.tickMs, (now) => this.#service.expireOverdue(now));
    atEveryMultiple(settings.reapIntervalMs, (now) => this.#service.reap(now));
  }

  /** Serves a connection that was made. */
  accept(socket: Socket): void {
    // It may have had to wait for the server, and have given up.
    if (socket.destroyed) return;
    const connection = new Connection(socket, this.#service, this.faults, this.#observer);
    this.#connections.add(connection);
    socket.on("close", () => this.#connections.delete(connection));
  }

  expireSession(id: bigint): void {
    if (!this.#service.expireSession(id, nowMs())) throw unknownSession(id);
  }

  dropConnection(id: bigint): void {
    if (!this.#service.sessions.has(id)) throw unknownSession(id);
    for (const connection of this.#connections) if (connection.session === id) connection.cut();
  }

  sessions(): readonly { readonly id: bigint; readonly timeoutMs: number; readonly isConnected: boolean }[] {
    return [...this.#service.sessions].map(([id, { timeoutMs, client }]) => {
      return { id, timeoutMs, isConnected: client !== undefined };
    });
  }

  setCounters(path: string, counters: ZnodeCounters): void {
    if (this.#service.tree.read({ type: "exists", path }, []).code !== 0) {
      throw new TestingError("invalid-argument", `there is no znode ${path}`);
    }
    this.#service.tree.override(path, counters);
  }

  counts(): TestServerCounts {
    const { watchCount } = this.#service;
    return { requests: Object.fromEntries(this.#requests), watches: watchCount, connections: this.#connections.size };
  }

  restart(): void {
    for (const connection of this.#connections) connection.cut();
    this.#service.restart(nowMs());
  }

  #figures(): Figures {
    const { tree, sessions, watchCount } = this.#service;
    const { count = 0 } = tree.read({ type: "countBelow", path: "/" }, []);
    const received = [...this.#requests.values()].reduce((sum, of) => sum + of, 0);
    return {
      // The root is no znode below itself.
      znodes: count + 1,
      ephemerals: [...sessions.keys()].reduce((sum, id) => sum + tree.ephemeralsOf(id).length, 0),
      watches: watchCount,
      connections: this.#connections.size,
      packetsReceived: received,
      packetsSent: this.#sent,
      lastZxid: tree.lastZxid,
    };
  }
}

function unknownSession(id: bigint): TestingError {
  return new TestingError("unknown-session", `no session 0x${id.toString(16)} is open`);
}
