import type { BackEnd, BackEndName, Installation, ServerSettings } from "./back-end.js";
import { chooseBackEnd } from "./choose-back-end.js";
import { HarnessError } from "./harness-error.js";
import { ManagedServer, type Server } from "./server.js";
import { waitUntil } from "./wait-until.js";

export type { Server, ServerRole } from "./server.js";

/** What to start. Ignored where `ZOOKIT_TEST_HOSTS` names an ensemble that already runs, but for `servers`. */
export interface EnsembleOptions {
  /** @default 1 */
  readonly servers?: 1 | 3;
  /** Server tick in milliseconds; clients may ask for sessions of 2 to 20 ticks. @default 200 */
  readonly tickTimeMs?: number;
  /** How often empty container nodes are looked for, in milliseconds. @default 1000 */
  readonly containerCheckIntervalMs?: number;
  /** Further lines of zoo.cfg; they win over the harness's own. */
  readonly config?: Readonly<Record<string, string>>;
}

/** A real ZooKeeper ensemble with verbs. Disposing of it is stopping it. */
export interface Ensemble extends AsyncDisposable {
  readonly backend: BackEndName;
  /** Connect string; the same for the life of the ensemble, whatever is killed and restarted. */
  readonly hosts: string;
  readonly servers: readonly Server[];
  /** Whether servers can be started, stopped, killed, frozen; not so for `ZOOKIT_TEST_HOSTS`. */
  readonly canControlProcesses: boolean;
  /** Waits until exactly one live server leads; a standalone server counts as the leader. */
  leader(): Promise<Server>;
  /** The live servers that follow, once there is a leader and every live server has its role. */
  followers(): Promise<Server[]>;
  /** Waits until every live server, that is each started and not frozen, serves clients. */
  waitUntilServing(): Promise<void>;
  /**
   * Packets that clients sent to the live servers: one for each request, ping and connect. ZooKeeper also counts one
   * for each four-letter word that a serving server answers (NIOServerCnxn.checkFourLetterWord); those sent through
   * this object are subtracted, so that the difference of two calls is exactly what clients sent in between. Only the
   * difference means something, and only while no server restarts or changes its role, since that resets its count.
   */
  requestCount(): Promise<number>;
  /** Kills every server, frozen ones too, and removes their data. Idempotent; joins a stop in flight. */
  stop(): Promise<void>;
}

const servingTimeoutMs = 30_000;
const portAttemptLimit = 5;
const portTaken = /Address already in use|BindException|port is already allocated|EADDRINUSE/i;

/** Starts an ensemble on the first back end that is there, and resolves when every server serves. */
export async function startEnsemble(options: EnsembleOptions = {}): Promise<Ensemble> {
  const { servers = 1, tickTimeMs = 200, containerCheckIntervalMs = 1_000, config = {} } = options;
  const { backEnd } = await chooseBackEnd(process.env);
  const settings = { tickTimeMs, containerCheckIntervalMs, config };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(backEnd, servers, settings);
    } catch (error) {
      // Ports are chosen free, but a stranger may take one before the server does.
      if (attempt === portAttemptLimit || !portTaken.test(explain(error))) throw error;
    }
  }
}

async function startOnce(backEnd: BackEnd, serverCount: 1 | 3, settings: ServerSettings): Promise<Ensemble> {
  const ensemble = new ManagedEnsemble(backEnd, await backEnd.install(serverCount, settings));
  try {
    if (backEnd.canControlProcesses) await Promise.all(ensemble.servers.map((server) => server.start()));
    await ensemble.waitUntilServing();
    return ensemble;
  } catch (error) {
    await ensemble.stop();
    throw error;
  }
}

function explain(error: unknown): string {
  return error instanceof Error ? `${error.message}\n${explain(error.cause)}` : String(error);
}

class ManagedEnsemble implements Ensemble {
  readonly backend: BackEndName;
  readonly hosts: string;
  readonly canControlProcesses: boolean;
  readonly servers: readonly ManagedServer[];
  readonly #installation: Installation;
  #stopping: Promise<void> | undefined;

  constructor(backEnd: BackEnd, installation: Installation) {
    this.backend = backEnd.name;
    this.canControlProcesses = backEnd.canControlProcesses;
    this.#installation = installation;
    const hasQuorum = (): boolean => this.#live().length > this.servers.length / 2;
    this.servers = installation.processes.map(
      (process, index) => new ManagedServer(index + 1, process, !backEnd.canControlProcesses, hasQuorum),
    );
    this.hosts = this.servers.map((server) => server.address).join(",");
  }

  async leader(): Promise<Server> {
    return await waitUntil(
      async () => {
        const roles = await this.#liveRoles();
        const leaders = roles.filter(({ role }) => role === "leader" || role === "standalone");
        return leaders.length === 1 ? leaders[0]?.server : undefined;
      },
      { what: "exactly one server leads", timeoutMs: servingTimeoutMs },
    );
  }

  async followers(): Promise<Server[]> {
    await this.waitUntilServing();
    const leader = await this.leader();
    return this.#live().filter((server) => server !== leader);
  }

  async waitUntilServing(): Promise<void> {
    await waitUntil(async () => (await this.#liveRoles()).every(({ role }) => role !== undefined), {
      what: `every live server of ${this.hosts} serves`,
      timeoutMs: servingTimeoutMs,
    });
  }

  async requestCount(): Promise<number> {
    const counts = await Promise.all(this.#live().map((server) => server.foreignPackets()));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  async stop(): Promise<void> {
    this.#stopping ??= this.#stopOnce();
    await this.#stopping;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop();
  }

  async #stopOnce(): Promise<void> {
    if (!this.canControlProcesses) return;
    const kills = await Promise.allSettled(this.servers.map((server) => server.kill()));
    await this.#installation.remove();
    const failures = kills.flatMap((kill) => (kill.status === "rejected" ? [kill.reason] : []));
    if (failures.length > 0) throw new HarnessError("a server could not be killed", { cause: failures[0] });
  }

  #live(): ManagedServer[] {
    return this.servers.filter((server) => server.isLive);
  }

  async #liveRoles(): Promise<{ server: ManagedServer; role: Awaited<ReturnType<ManagedServer["role"]>> }[]> {
    return await Promise.all(this.#live().map(async (server) => ({ server, role: await server.role() })));
  }
}
