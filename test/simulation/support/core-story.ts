import { connect, type Outcome, type ZooKeeper, ZookitError } from "@zookit/core";
import { type SimulatedEnsemble, type SimulationOptions, simulate, type VirtualTime } from "@zookit/testing";
import { arrange, type Troubles } from "./trouble.js";

const SHARED = "/shared";
const SESSION_MS = 2_000;

/** What a client can be told to do. */
export const ACTIONS = [
  "create",
  "create-sequential",
  "create-ephemeral",
  "ensure-path",
  "set",
  "update",
  "update-shared",
  "delete",
  "delete-tree",
  "read",
] as const;

type Action = (typeof ACTIONS)[number];

export interface CoreStory {
  /** What each client does, one after the other. */
  readonly clients: readonly (readonly Action[])[];
  readonly troubles: Troubles;
  readonly createsWithAcl?: boolean;
}

/** How often something must have been applied, as far as the one who asked for it was told. */
class Tally {
  #applied = 0;
  #unknown = 0;

  add(outcome: Outcome | "applied"): void {
    if (outcome === "applied") this.#applied++;
    if (outcome === "unknown") this.#unknown++;
  }

  check(what: string, times: number): void {
    if (times >= this.#applied && times <= this.#applied + this.#unknown) return;
    throw new Error(`${what}: ${times} times, but ${this.#applied} were acknowledged and ${this.#unknown} unknown`);
  }
}

/** A claim about the tree at the end, when everything that was under way has come to rest. */
type Claim = (ensemble: SimulatedEnsemble) => void;

/**
 * Clients do what they are told while troubles happen. At the end the tree is compared with what they were told of each
 * write: applied once, not applied, or unknown. Reads never go back in time, also across reconnects, and a watcher has
 * seen the last value. Returns how many requests were sent.
 */
export async function coreStory(story: CoreStory, options: SimulationOptions = {}): Promise<number> {
  return await simulate(
    async (ensemble, time) => {
      arrange(ensemble, time, story.troubles);
      const claims: Claim[] = [];
      const shared = new Tally();
      const clients = await Promise.all(story.clients.map(() => client(ensemble)));
      const setUp = await client(ensemble);
      await setUp.ensurePath(SHARED);
      const watching = new Watching(setUp);
      await Promise.all(
        clients.map(async (zk, index) => {
          const actor = new Actor(zk, `/c${index}`, claims, shared);
          await actor.begin();
          for (const action of story.clients[index] ?? []) await actor.act(action);
        }),
      );
      await watching.hasSeen(() => countIn(ensemble, SHARED), time);
      // Longer than a session: whatever was under way has arrived, and whoever was silent has ended.
      await time.pass(3_000);
      for (const claim of claims) claim(ensemble);
      shared.check("updates of the shared counter", countIn(ensemble, SHARED));
      const count = ensemble.operationCount;
      await Promise.all([...clients, setUp].map((zk) => zk.close()));
      return count;
    },
    { limitMs: 400_000, createsWithAcl: story.createsWithAcl ?? true, ...options },
  );
}

async function client(ensemble: SimulatedEnsemble): Promise<ZooKeeper> {
  return await connect("simulated", {
    transport: ensemble.transport,
    sessionTimeoutMs: SESSION_MS,
    connectTimeoutMs: 60_000,
    acl: [{ scheme: "world", id: "anyone", permissions: 31 }],
  });
}

class Actor {
  readonly #zk: ZooKeeper;
  readonly #base: string;
  readonly #claims: Claim[];
  readonly #shared: Tally;
  readonly #own = new Tally();
  #seenVersion = 0;
  #seenCzxid = 0n;
  #count = 0;

  constructor(zk: ZooKeeper, base: string, claims: Claim[], shared: Tally) {
    this.#zk = zk;
    this.#base = base;
    this.#claims = claims;
    this.#shared = shared;
    claims.push((ensemble) => this.#own.check(`updates of ${base}/counter`, countIn(ensemble, `${base}/counter`)));
  }

  async begin(): Promise<void> {
    await this.#zk.ensurePath(`${this.#base}/counter`);
  }

  async act(action: Action): Promise<void> {
    const path = `${this.#base}/n${this.#count++}`;
    switch (action) {
      case "create":
        return this.#claimOnce(path, await outcomeOf(this.#zk.create(path, "data")));
      case "create-sequential":
        return this.#claimOnce(path, await outcomeOf(this.#zk.create(path, "", { mode: "persistent-sequential" })));
      case "create-ephemeral": {
        const outcome = await outcomeOf(this.#zk.create(path, "", { mode: "ephemeral" }));
        if (outcome === "not-applied") this.#claimOnce(path, outcome);
        return;
      }
      case "ensure-path":
        await this.#zk.ensurePath(`${path}/a/b`);
        return this.#claimOnce(path, "applied");
      case "set":
        return await this.#set(path);
      case "update":
        return this.#own.add(await outcomeOf(this.#increment(`${this.#base}/counter`)));
      case "update-shared":
        return this.#shared.add(await outcomeOf(this.#increment(SHARED)));
      case "delete":
      case "delete-tree":
        return await this.#delete(path, action === "delete-tree");
      case "read":
        return await this.#read();
    }
  }

  async #set(path: string): Promise<void> {
    if ((await outcomeOf(this.#zk.create(path, "0"))) !== "applied") return;
    const tally = new Tally();
    tally.add(await outcomeOf(this.#zk.set(path, "1")));
    this.#claims.push(({ tree }) =>
      tally.check(`set ${path}`, tree.read({ type: "exists", path }, []).stat?.version ?? -1),
    );
  }

  async #delete(path: string, recursive: boolean): Promise<void> {
    if ((await outcomeOf(this.#zk.create(path))) !== "applied") return;
    if (recursive) await this.#zk.ensurePath(`${path}/child`);
    const outcome = await outcomeOf(this.#zk.delete(path, { recursive }));
    if (outcome === "applied") this.#claimOnce(path, "not-applied");
    if (outcome === "not-applied" && !recursive) this.#claimOnce(path, "applied");
  }

  async #read(): Promise<void> {
    const { stat } = await this.#zk.get(`${this.#base}/counter`);
    const isOlder = stat.czxid < this.#seenCzxid || stat.version < this.#seenVersion;
    if (isOlder) throw new Error(`read version ${stat.version} after version ${this.#seenVersion}`);
    this.#seenCzxid = stat.czxid;
    this.#seenVersion = stat.version;
  }

  async #increment(path: string): Promise<void> {
    const { stat } = await this.#zk.update(path, (data) => String(Number(data.toString()) + 1));
    if (path !== SHARED) this.#seenVersion = Math.max(this.#seenVersion, stat.version);
  }

  /** That znodes whose path begins so are there once, or not at all, as the outcome says. */
  #claimOnce(path: string, outcome: Outcome | "applied"): void {
    const tally = new Tally();
    tally.add(outcome);
    this.#claims.push(({ tree }) => {
      const { children = [] } = tree.read({ type: "children", path: this.#base }, []);
      const name = path.slice(this.#base.length + 1);
      const same = children.filter((child) => child === name || new RegExp(`^${name}\\d{10}$`).test(child));
      tally.check(`znodes ${path}`, same.length);
    });
  }
}

/** What the caller was told. An error that says nothing about losses is none that may happen here. */
async function outcomeOf(promise: Promise<unknown>): Promise<Outcome | "applied"> {
  try {
    await promise;
    return "applied";
  } catch (error) {
    const isExpected =
      error instanceof ZookitError &&
      ["connection-loss", "session-lost", "timeout", "unknown-outcome"].includes(error.code);
    if (isExpected) return error.outcome;
    throw error;
  }
}

function countIn(ensemble: SimulatedEnsemble, path: string): number {
  return Number(ensemble.tree.read({ type: "get", path }, []).data?.toString() ?? "");
}

/** Follows the shared counter by a stream of its latest value. */
class Watching {
  readonly #stop = new AbortController();
  readonly #end: Promise<unknown>;
  #latest = 0;

  constructor(zk: ZooKeeper) {
    this.#end = this.#follow(zk).catch((error) => error);
  }

  async hasSeen(value: () => number, time: VirtualTime): Promise<void> {
    const until = time.elapsedMs + 30_000;
    while (this.#latest !== value()) {
      if (time.elapsedMs > until) throw new Error(`the watcher has seen ${this.#latest}, but it is ${value()}`);
      await time.pass(50);
    }
    const enough = new Error("seen enough");
    this.#stop.abort(enough);
    const end = await this.#end;
    if (end !== enough) throw end;
  }

  async #follow(zk: ZooKeeper): Promise<void> {
    for await (const found of zk.watchData(SHARED, { signal: this.#stop.signal })) {
      const value = Number(found?.data.toString() ?? "");
      if (value < this.#latest) throw new Error(`the watcher saw ${value} after ${this.#latest}`);
      this.#latest = value;
    }
  }
}
