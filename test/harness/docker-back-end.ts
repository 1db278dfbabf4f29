import type { ContainerRuntimeClient } from "testcontainers";
import type { BackEnd, Environment, Finding, Installation, ServerSettings } from "./back-end.js";
import { createFixedNetwork } from "./docker-network.js";
import { DockerProcess } from "./docker-process.js";
import { NoZooKeeperError } from "./harness-error.js";
import { leasePortBlock } from "./port-block.js";

const defaultImage = "zookeeper:3.9";

/**
 * Containers of a Docker engine, through testcontainers. An engine that has neither the default image nor a registry
 * counts as absent; an image asked for by name must be there.
 *
 * @throws {NoZooKeeperError} when `ZOOKIT_TEST_IMAGE` cannot be had
 */
export async function findDockerBackEnd(environment: Environment): Promise<Finding> {
  // Loaded only here: it takes half a second, which the other back ends need not pay.
  const { getContainerRuntimeClient, ImageName } = await import("testcontainers");
  const askedFor = environment["ZOOKIT_TEST_IMAGE"];
  const client = await getContainerRuntimeClient().catch(() => undefined);
  if (!client && askedFor) throw new NoZooKeeperError(`ZOOKIT_TEST_IMAGE=${askedFor}, but no Docker engine answers`);
  if (!client) return { absent: "no Docker engine answers" };
  const image = askedFor || defaultImage;
  try {
    await client.image.pull(ImageName.fromString(image), { force: false, platform: undefined });
  } catch (error) {
    const problem = `the Docker engine has no image ${image} and cannot pull it (${firstLine(error)})`;
    if (askedFor) throw new NoZooKeeperError(problem, { cause: error });
    return { absent: problem };
  }
  return { backEnd: dockerBackEnd(client, image) };
}

function dockerBackEnd(client: ContainerRuntimeClient, image: string): BackEnd {
  return {
    name: "docker",
    description: `image ${image} on Docker ${client.info.containerRuntime.serverVersion}`,
    canControlProcesses: true,
    install: async (serverCount, settings) => await install(client, image, serverCount, settings),
  };
}

/** Host ports are chosen here, not by the engine: an engine would choose others at every restart. */
async function install(
  client: ContainerRuntimeClient,
  image: string,
  serverCount: 1 | 3,
  settings: ServerSettings,
): Promise<Installation> {
  const block = await leasePortBlock();
  const network = await createFixedNetwork(client, serverCount);
  const members = serverCount === 1 ? [] : network.addresses.map((address) => `${address}:2888:3888`);
  const processes = network.addresses.map((address, index) => {
    const port = block.ports[index] as number;
    return new DockerProcess(client, { id: index + 1, image, network: network.name, address, port, members, settings });
  });
  const remove = async (): Promise<void> => {
    await Promise.all(processes.map((process) => process.removeContainer()));
    await network.remove();
    await block.release();
  };
  return { processes, remove };
}

function firstLine(error: unknown): string {
  return String(error).split("\n", 1)[0] ?? "";
}
