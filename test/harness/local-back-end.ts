import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { BackEnd, Environment, Finding, Installation, ServerSettings } from "./back-end.js";
import { findLocalInstallation, type LocalInstallation } from "./local-installation.js";
import { LocalProcess } from "./local-process.js";
import { leasePortBlock } from "./port-block.js";

const loopback = "127.0.0.1";

/** A ZooKeeper installed on this machine, as JVMs that are children of this process. */
export async function findLocalBackEnd(environment: Environment): Promise<Finding> {
  const installation = await findLocalInstallation(environment);
  if (typeof installation === "string") return { absent: installation };
  const backEnd: BackEnd = {
    name: "local",
    description: installation.description,
    canControlProcesses: true,
    install: async (serverCount, settings) => await install(installation, serverCount, settings),
  };
  return { backEnd };
}

async function install(
  installation: LocalInstallation,
  serverCount: 1 | 3,
  settings: ServerSettings,
): Promise<Installation> {
  const block = await leasePortBlock();
  const port = (index: number): number => block.ports[index] as number;
  const ids = Array.from({ length: serverCount }, (_, index) => index + 1);
  const members = ids.map((id) => `${loopback}:${port(3 * id - 2)}:${port(3 * id - 1)}`);
  const processes = await Promise.all(
    ids.map(async (id) => {
      const place = {
        dataDirectory: await mkdtemp(join(tmpdir(), "zookit-zookeeper-")),
        clientAddress: loopback,
        clientPort: port(3 * id - 3),
        members: serverCount === 1 ? [] : members,
      };
      return new LocalProcess(installation, id, place, settings);
    }),
  );
  const remove = async (): Promise<void> => {
    await Promise.all(processes.map((process) => process.removeData()));
    await block.release();
  };
  return { processes, remove };
}
