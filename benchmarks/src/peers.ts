import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { compileWithCurator } from "../../test/interop/curator-classes.js";
import { PeerProcess, type PeerProgram } from "../../test/interop/peer-process.js";
import { Driver } from "./driver.js";
import type { PeerName } from "./workload.js";

const repository = fileURLToPath(new URL("../..", import.meta.url));
const drivers = fileURLToPath(new URL("../drivers", import.meta.url));

/** Starts a driver of the peer. @param transport of zookit. */
export async function startDriver(peer: PeerName, transport: string): Promise<Driver> {
  return new Driver(peer, await PeerProcess.start(await programOf(peer, transport)));
}

async function programOf(peer: PeerName, transport: string): Promise<PeerProgram> {
  if (peer === "kazoo") {
    // Not whichever python3 comes first in PATH: Debian's kazoo is a package of the system's own interpreter.
    const command = "/usr/bin/python3";
    const args = ["-B", `${drivers}/kazoo/driver.py`];
    return { name: peer, command, args, remedy: "Debian packages: python3 and python3-kazoo" };
  }
  if (peer === "curator") {
    const folder = `${drivers}/curator`;
    const sources = readdirSync(folder).filter((name) => name.endsWith(".java"));
    const classPath = await compileWithCurator(sources.map((name) => `${folder}/${name}`));
    // A heap as large as the others may grow, and the collector that suits two cores.
    const args = ["-Xmx2g", "-XX:+UseSerialGC", "-cp", classPath, "CuratorDriver"];
    return { name: peer, command: "java", args, remedy: "Debian package: default-jdk-headless" };
  }
  const program = `${drivers}/${peer}/driver.ts`;
  // What is measured is what is published: the packages as they are built, not their sources.
  const flags = ["--expose-gc", "--import", "tsx"];
  // tsx is looked up from the working directory.
  return {
    name: peer,
    command: process.execPath,
    args: [...flags, program, transport],
    cwd: repository,
    remedy: "Node.js itself",
  };
}
