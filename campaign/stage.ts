import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { FaultProxy } from "@zookit/testing";
import { type Ensemble, startEnsemble } from "../test/harness/ensemble.js";

export const TICK_MS = 200;
/** At least five ticks, as docs/guarantees.md demands. */
export const SESSION_TIMEOUT_MS = 1_500;

const registerProgram = fileURLToPath(new URL("register/server.ts", import.meta.url));

/** What workers work with: three real servers, a proxy before each, and the register. */
export class Stage implements AsyncDisposable {
  readonly ensemble: Ensemble;
  readonly proxies: readonly FaultProxy[];
  readonly registerPort: number;
  readonly #stopRegister: () => Promise<void>;

  private constructor(
    ensemble: Ensemble,
    proxies: readonly FaultProxy[],
    register: Awaited<ReturnType<typeof startRegister>>,
  ) {
    this.ensemble = ensemble;
    this.proxies = proxies;
    this.registerPort = register.port;
    this.#stopRegister = register.stop;
  }

  /** @param folder of the run; everything that is recorded goes there. */
  static async open(folder: string): Promise<Stage> {
    for (const name of ["histories", "logs"]) await mkdir(join(folder, name), { recursive: true });
    const ensemble = await startEnsemble({ servers: 3, tickTimeMs: TICK_MS });
    const proxies: FaultProxy[] = [];
    try {
      if (!ensemble.canControlProcesses) throw new Error("a campaign needs servers of its own, which it can kill");
      for (const server of ensemble.servers) proxies.push(await FaultProxy.start(server.address));
      return new Stage(ensemble, proxies, await startRegister(join(folder, "register.log")));
    } catch (error) {
      for (const proxy of proxies) await proxy.stop();
      await ensemble.stop();
      throw error;
    }
  }

  /** What workers connect to. */
  get hosts(): string {
    return this.proxies.map(({ hosts }) => hosts).join(",");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#stopRegister();
    await Promise.all(this.proxies.map((proxy) => proxy.stop()));
    await this.ensemble.stop();
  }
}

async function startRegister(log: string): Promise<{ port: number; stop(): Promise<void> }> {
  const child = fork(registerProgram, [log]);
  const exited = once(child, "exit");
  const failed = exited.then(() => {
    throw new Error("the register does not start");
  });
  const [{ port }] = (await Promise.race([once(child, "message"), failed])) as [{ port: number }];
  failed.catch(() => {});
  const stop = async () => {
    child.kill("SIGKILL");
    await exited;
  };
  return { port, stop };
}
