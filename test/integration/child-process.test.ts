import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readlinkSync } from "node:fs";
import { type ClientState, connect, type ZooKeeper } from "@zookit/core";
import type { FaultProxy } from "@zookit/testing";
import { describe, expect, it } from "vitest";
import { startFaultProxy } from "../harness/fault-proxy.js";
import { waitUntil } from "../harness/index.js";

const sleeper = () => spawn("sleep", ["600"], { stdio: "ignore" });

/** Resolves when the client has been in the state; to be called before what brings it there, which may be brief. */
async function was(zk: ZooKeeper, wanted: ClientState): Promise<void> {
  for await (const state of zk.states()) if (state === wanted) return;
}

/** Cuts the clients off, and waits until they are connected again. */
async function reconnect(proxy: FaultProxy, clients: readonly ZooKeeper[]): Promise<void> {
  const suspended = Promise.all(clients.map((zk) => was(zk, "suspended")));
  await proxy.cut();
  await suspended;
  await waitUntil(() => clients.every(({ state }) => state === "connected"), { what: "all are connected again" });
}

function socketsOf(pid: number | undefined): readonly string[] {
  const folder = `/proc/${pid}/fd`;
  return readdirSync(folder)
    .map((descriptor) => targetOf(`${folder}/${descriptor}`))
    .filter((target) => target.startsWith("socket:"));
}

/** Empty for a descriptor that the child has closed since it was listed, such as that of a library it has loaded. */
function targetOf(link: string): string {
  try {
    return readlinkSync(link);
  } catch {
    return "";
  }
}

describe.runIf(process.platform === "linux")("a child process started while a client is connected", () => {
  it("does not inherit the connection, nor one that was made after a reconnect", async () => {
    await using proxy = await startFaultProxy();
    const zk = await connect(proxy.hosts);
    for (const cuts of [0, 1]) {
      if (cuts > 0) await reconnect(proxy, [zk]);
      const child = sleeper();
      await once(child, "spawn");
      expect(socketsOf(child.pid)).toEqual([]);
      child.kill();
      await once(child, "exit");
    }
    await zk.close();
  });

  it("does not keep this process's other clients from reconnecting (N29)", async () => {
    await using proxy = await startFaultProxy();
    const clients = await Promise.all(Array.from({ length: 5 }, () => connect(proxy.hosts)));
    const child = sleeper();
    await once(child, "spawn");
    for (let round = 0; round < 10; round++) await reconnect(proxy, clients);
    expect(clients.map(({ session }) => session.epoch)).toEqual([1, 1, 1, 1, 1]);
    child.kill();
    await Promise.all(clients.map((zk) => zk.close()));
  });
});
