import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { readdirSync, readlinkSync } from "node:fs";
import { type AddressInfo, createServer, connect as dial, type Server, type Socket } from "node:net";
import { type ClientState, connect, type ZooKeeper } from "@zookit/core";
import type { FaultProxy } from "@zookit/testing";
import { describe, expect, it } from "vitest";
import { startFaultProxy } from "../harness/fault-proxy.js";
import { sharedHosts, waitUntil } from "../harness/index.js";

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

/** The sockets of a process that outlives the call that starts it, of which Node.js tells nobody. */
function socketsOfUntold(): readonly string[] {
  const { stdout } = spawnSync("sh", ["-c", "sleep 600 >/dev/null 2>&1 & echo $!"]);
  const pid = Number(stdout.toString());
  const sockets = socketsOf(pid);
  process.kill(pid);
  return sockets;
}

/** A server in front of ZooKeeper, that does with its connections what it is told. */
async function serverThat(handle: (socket: Socket, count: number) => void): Promise<Server & AsyncDisposable> {
  let count = 0;
  const server = createServer((socket) =>
    handle(
      socket.on("error", () => {}),
      ++count,
    ),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  return server;
}

const hostsOf = (server: Server) => `127.0.0.1:${(server.address() as AddressInfo).port}`;

function relay(socket: Socket): void {
  const [host, port] = sharedHosts().split(":") as [string, string];
  const there = dial(Number(port), host).on("error", () => {});
  socket.pipe(there).pipe(socket);
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

describe.runIf(process.platform === "linux")("a child process started while there is a client", () => {
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

  it("does not inherit a connection that the C client makes by itself, when its first was cut (N29)", async () => {
    let attempts = 0;
    await using server = await serverThat((socket, count) => {
      attempts = count;
      socket.destroy();
    });
    const stop = new AbortController();
    const connecting = connect(hostsOf(server), { signal: stop.signal }).catch((error) => error);
    const inherited: (readonly string[])[] = [];
    while (attempts < 20) {
      const child = sleeper();
      await once(child, "spawn");
      inherited.push(socketsOf(child.pid));
      child.kill();
      await once(child, "exit");
    }
    expect(inherited.flat()).toEqual([]);
    const enough = new Error("seen enough");
    stop.abort(enough);
    expect(await connecting).toBe(enough);
  });

  it("does not inherit a connection that is being made, although nobody is told of its start (N29)", async () => {
    let isReached = false;
    await using server = await serverThat((socket) => {
      isReached = true;
      socket.resume();
    });
    const stop = new AbortController();
    const connecting = connect(hostsOf(server), { signal: stop.signal }).catch((error) => error);
    await waitUntil(() => isReached, { what: "the client connects" });
    expect(socketsOfUntold()).toEqual([]);
    const enough = new Error("seen enough");
    stop.abort(enough);
    expect(await connecting).toBe(enough);
  });

  it("does not inherit the connection either if nobody is told of its start, be it the C client's first or a later (N29)", async () => {
    for (const cuts of [0, 1]) {
      await using server = await serverThat((socket, count) => (count > cuts ? relay(socket) : socket.destroy()));
      await using _zk = await connect(hostsOf(server));
      expect(socketsOfUntold()).toEqual([]);
    }
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
