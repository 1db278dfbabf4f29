import type { ContainerRuntimeClient, StartedTestContainer, WaitStrategy } from "testcontainers";
import type { ServerProcess, ServerSettings, ServerSignal } from "./back-end.js";
import { jvmFlags, loggingFiles, zooCfg } from "./server-config.js";

/** One member of an ensemble of containers. */
export interface DockerServerPlan {
  readonly id: number;
  readonly image: string;
  readonly network: string;
  /** The server's own address on that network. */
  readonly address: string;
  /** Port of the host at which the server's client port is published. */
  readonly port: number;
  readonly members: readonly string[];
  readonly settings: ServerSettings;
}

const clientPort = 2181;
const logTailLines = 30;

/** Whether the server answers is for the harness to find out, in the same way for every back end. */
const noWait: WaitStrategy = {
  waitUntilReady: async () => {},
  withStartupTimeout: () => noWait,
  isStartupTimeoutSet: () => true,
  getStartupTimeout: () => 0,
};

/**
 * One server in a container. All that is asked of an image is the contract of the official one: `zkServer.sh` on the
 * PATH, an existing /conf/zoo.cfg that is left alone, data in /data with `myid` made from ZOO_MY_ID, and JVMFLAGS.
 */
export class DockerProcess implements ServerProcess {
  readonly host: string;
  readonly port: number;
  readonly #client: ContainerRuntimeClient;
  readonly #plan: DockerServerPlan;
  #containerId: string | undefined;

  constructor(client: ContainerRuntimeClient, plan: DockerServerPlan) {
    const { host } = client.info.containerRuntime;
    // Ports may be published on IPv4 only, while "localhost" may mean IPv6 first.
    this.host = host === "localhost" ? "127.0.0.1" : host;
    this.port = plan.port;
    this.#client = client;
    this.#plan = plan;
  }

  async launch(): Promise<void> {
    const container = this.#container();
    if (container) await this.#client.container.start(container);
    else await this.#create();
  }

  async signal(signal: ServerSignal): Promise<void> {
    await this.#container()?.kill({ signal });
  }

  async isAlive(): Promise<boolean> {
    const container = this.#container();
    return container !== undefined && (await container.inspect()).State.Running;
  }

  async exited(): Promise<void> {
    await this.#container()?.wait({ condition: "not-running" });
  }

  async logTail(): Promise<string> {
    const log = await this.#container()?.logs({ stdout: true, stderr: true, tail: logTailLines });
    return log?.toString("utf8").trimEnd() ?? "";
  }

  async removeContainer(): Promise<void> {
    await this.#container()?.remove({ force: true, v: true });
  }

  #container(): ReturnType<ContainerRuntimeClient["container"]["getById"]> | undefined {
    return this.#containerId === undefined ? undefined : this.#client.container.getById(this.#containerId);
  }

  async #create(): Promise<StartedTestContainer> {
    const { GenericContainer } = await import("testcontainers");
    const keepId = (id: string): void => {
      this.#containerId = id;
    };
    class Container extends GenericContainer {
      /** The id is needed even if the start fails, to read the log and to remove the container. */
      protected override containerCreated = async (id: string): Promise<void> => keepId(id);

      withAddress(network: string, address: string): this {
        this.createOpts.NetworkingConfig = {
          EndpointsConfig: { [network]: { IPAMConfig: { IPv4Address: address } } },
        };
        return this.withNetworkMode(network);
      }
    }
    const { id, image, network, address, members, settings } = this.#plan;
    const place = { dataDirectory: "/data", clientAddress: "0.0.0.0", clientPort, members };
    const configuration = { ...loggingFiles, "zoo.cfg": zooCfg(place, settings) };
    return await new Container(image)
      .withAddress(network, address)
      .withExposedPorts({ container: clientPort, host: this.port })
      .withEnvironment({ ZOO_MY_ID: String(id), JVMFLAGS: jvmFlags(settings).join(" ") })
      .withCopyContentToContainer(
        Object.entries(configuration).map(([name, content]) => ({ content, target: `/conf/${name}`, mode: 0o644 })),
      )
      .withWaitStrategy(noWait)
      .withAutoRemove(false)
      .start();
  }
}
