import type { ServerProcess } from "./back-end.js";
import { fourLetterWord, isServing, parseMonitor } from "./four-letter-word.js";
import { HarnessError } from "./harness-error.js";
import { waitUntil } from "./wait-until.js";

/** What a server that serves clients is in its ensemble. */
export type ServerRole = "leader" | "follower" | "observer" | "standalone";

/** One ZooKeeper server under control. A verb resolves when its effect is real, and is no error when already so. */
export interface Server {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly address: string;
  /** Resolves when the server serves clients; where too few others run for a quorum, when it answers at all. */
  start(): Promise<void>;
  /** SIGTERM; resolves when the process is gone. */
  stop(): Promise<void>;
  /** SIGKILL; resolves when the process is gone. */
  kill(): Promise<void>;
  /** SIGSTOP: connections stay open and nothing is answered. */
  freeze(): Promise<void>;
  /** SIGCONT: resolves when delivered. Await the ensemble's `waitUntilServing` to see the server back in its quorum. */
  thaw(): Promise<void>;
  /** stop, then start. */
  restart(): Promise<void>;
  /** undefined while the server is down, frozen, without a leader, or does not answer within a second. */
  role(): Promise<ServerRole | undefined>;
  mntr(): Promise<ReadonlyMap<string, string>>;
  /** Sends a four-letter word, for example `wchs` or `cons`. @throws {HarnessError} when there is no answer in 5 s */
  command(fourLetterWord: string): Promise<string>;
  /** Watches that this server holds for its clients. */
  watchCount(): Promise<number>;
}

const commandTimeoutMs = 5_000;
/** A server that was thawed a moment ago may let a question fall; it is asked again rather than waited for. */
const roleTimeoutMs = 1_000;
/** Shorter than the time a test has, so that a server that does not come up is reported with its log. */
const startTimeoutMs = 30_000;
const stopTimeoutMs = 15_000;

/** The verbs, over the mechanism of whichever back end. Verbs of one server must not overlap. */
export class ManagedServer implements Server {
  readonly id: number;
  readonly #process: ServerProcess;
  readonly #hasQuorum: () => boolean;
  #state: "stopped" | "running" | "frozen";
  /** Four-letter words of ours that the server has counted among its packets. */
  #ownPackets = 0;

  constructor(id: number, process: ServerProcess, isRunning: boolean, hasQuorum: () => boolean) {
    this.id = id;
    this.#process = process;
    this.#state = isRunning ? "running" : "stopped";
    this.#hasQuorum = hasQuorum;
  }

  get host(): string {
    return this.#process.host;
  }

  get port(): number {
    return this.#process.port;
  }

  get address(): string {
    return `${this.host}:${this.port}`;
  }

  /** Started and not frozen, as far as the verbs know. */
  get isLive(): boolean {
    return this.#state === "running";
  }

  async start(): Promise<void> {
    if (this.#state === "frozen") await this.thaw();
    if (this.#state === "running") return;
    this.#state = "running";
    try {
      await this.#process.launch();
      await this.#untilUp();
    } catch (error) {
      const logTail = await this.#process.logTail();
      await this.kill();
      const log = logTail === "" ? "its log is empty" : `the end of its log:\n${logTail}`;
      throw new HarnessError(`server ${this.id} (${this.address}) did not start; ${log}`, { cause: error });
    }
  }

  async stop(): Promise<void> {
    // A frozen process would never act on SIGTERM.
    if (this.#state === "frozen") await this.thaw();
    await this.#end("SIGTERM");
  }

  async kill(): Promise<void> {
    await this.#end("SIGKILL");
  }

  async freeze(): Promise<void> {
    if (this.#state === "stopped") throw new HarnessError(`server ${this.id} is not running, so it cannot be frozen`);
    await this.#process.signal("SIGSTOP");
    this.#state = "frozen";
  }

  async thaw(): Promise<void> {
    if (this.#state !== "frozen") return;
    await this.#process.signal("SIGCONT");
    this.#state = "running";
  }

  async restart(): Promise<void> {
    await this.stop();
    await this.start();
  }

  async role(): Promise<ServerRole | undefined> {
    if (!this.isLive) return undefined;
    try {
      const answer = await this.#ask("srvr", roleTimeoutMs);
      return /^Mode: (leader|follower|observer|standalone)$/m.exec(answer)?.[1] as ServerRole | undefined;
    } catch {
      return undefined;
    }
  }

  async mntr(): Promise<ReadonlyMap<string, string>> {
    return parseMonitor(await this.command("mntr"));
  }

  async command(word: string): Promise<string> {
    const answer = await this.#ask(word, commandTimeoutMs);
    if (answer.includes("is not executed because it is not in the whitelist")) {
      throw new HarnessError(`server ${this.id} (${this.address}) does not allow ${word}: 4lw.commands.whitelist`);
    }
    return answer;
  }

  async watchCount(): Promise<number> {
    return await this.#monitored("zk_watch_count");
  }

  /** Packets received from everybody but this object. */
  async foreignPackets(): Promise<number> {
    const packets = await this.#monitored("zk_packets_received");
    return packets - this.#ownPackets;
  }

  async #ask(word: string, timeoutMs: number): Promise<string> {
    const answer = await fourLetterWord(this.host, this.port, word, timeoutMs);
    if (isServing(answer)) this.#ownPackets += 1;
    return answer;
  }

  async #monitored(key: string): Promise<number> {
    const value = (await this.mntr()).get(key);
    if (value === undefined) throw new HarnessError(`server ${this.id} (${this.address}) does not report ${key} now`);
    return Number(value);
  }

  async #untilUp(): Promise<void> {
    const outcome = await waitUntil(
      async () => ((await this.#isUp()) ? "up" : (await this.#process.isAlive()) ? undefined : "exited"),
      { what: `server ${this.id} (${this.address}) answers`, timeoutMs: startTimeoutMs },
    );
    if (outcome === "exited") throw new HarnessError(`the process of server ${this.id} exited`);
  }

  async #isUp(): Promise<boolean> {
    try {
      const answer = await this.#ask("srvr", roleTimeoutMs);
      return isServing(answer) || (answer !== "" && !this.#hasQuorum());
    } catch {
      return false;
    }
  }

  async #end(signal: "SIGTERM" | "SIGKILL"): Promise<void> {
    if (await this.#process.isAlive()) await this.#process.signal(signal);
    const gone = this.#process.exited().then(() => true);
    await waitUntil(() => gone, { what: `server ${this.id} is gone after ${signal}`, timeoutMs: stopTimeoutMs });
    this.#state = "stopped";
  }
}
