import { randomUUID } from "node:crypto";
import type { ContainerRuntimeClient } from "testcontainers";
import { HarnessError } from "./harness-error.js";

/** A network on which every member keeps one address over any number of restarts. */
export interface FixedNetwork {
  readonly name: string;
  readonly addresses: readonly string[];
  remove(): Promise<void>;
}

const attemptLimit = 10;
/** Host number of the first member; lower ones are the engine's gateway, and room for others. */
const firstHost = 10;

/**
 * Creates such a network. Names would not do: the engine forgets the name of a container that is down, and ZooKeeper
 * keeps an address that it could not resolve until its next election. The engine gives fixed addresses only on a
 * subnet chosen by its user, so it is asked for a free one first.
 */
export async function createFixedNetwork(client: ContainerRuntimeClient, memberCount: number): Promise<FixedNetwork> {
  const { getReaper, LABEL_TESTCONTAINERS_SESSION_ID } = await import("testcontainers");
  const { sessionId } = await getReaper(client);
  let lastError: unknown;
  for (let attempt = 0; attempt < attemptLimit; attempt += 1) {
    const subnet = await findFreeSubnet(client);
    const name = `zookit-${randomUUID()}`;
    try {
      const network = await client.network.create({
        Name: name,
        Labels: { [LABEL_TESTCONTAINERS_SESSION_ID]: sessionId },
        IPAM: { Driver: "default", Config: [{ Subnet: subnet }] },
      });
      const remove = async (): Promise<void> => await client.network.remove(network);
      return { name, addresses: addressesIn(subnet, memberCount), remove };
    } catch (error) {
      // Somebody else may have taken the subnet in between.
      lastError = error;
    }
  }
  throw new HarnessError(`no free subnet in ${attemptLimit} attempts`, { cause: lastError });
}

async function findFreeSubnet(client: ContainerRuntimeClient): Promise<string> {
  const { Network } = await import("testcontainers");
  const probe = await new Network().start();
  try {
    const { IPAM } = await client.network.getById(probe.getId()).inspect();
    const subnet = IPAM?.Config?.[0]?.Subnet;
    if (!subnet) throw new HarnessError("the Docker engine names no subnet for its network");
    return subnet;
  } finally {
    await probe.stop();
  }
}

function addressesIn(subnet: string, count: number): string[] {
  const [, prefix, lowest] = /^(\d+\.\d+\.\d+\.)(\d+)\//.exec(subnet) ?? [];
  if (!prefix || !lowest) throw new HarnessError(`${subnet} is no IPv4 subnet`);
  return Array.from({ length: count }, (_, index) => `${prefix}${Number(lowest) + firstHost + index}`);
}
