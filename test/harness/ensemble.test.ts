import { spawn } from "node:child_process";
import { once } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Ensemble, type EnsembleOptions, type Server, startEnsemble } from "./ensemble.js";
import { fourLetterWord } from "./four-letter-word.js";
import { HarnessError } from "./harness-error.js";
import { openSession } from "./open-session.js";
import { sharedHosts } from "./shared.js";
import { waitUntil } from "./wait-until.js";

/** Set for every worker by the global set-up. */
const backend = process.env["ZOOKIT_TEST_BACKEND"];

let ensemble: Ensemble | undefined;

async function start(options?: EnsembleOptions): Promise<Ensemble> {
  ensemble = await startEnsemble(options);
  return ensemble;
}

afterEach(async () => {
  await ensemble?.stop();
  ensemble = undefined;
  vi.unstubAllEnvs();
});

async function refusesConnections(host: string, port: number): Promise<boolean> {
  const socket = connect({ host, port });
  const refused = await once(socket, "connect").then(
    () => false,
    () => true,
  );
  socket.destroy();
  return refused;
}

/** The directories below the system's temporary one that belong to servers of this ensemble. */
async function dataDirectories(of: Ensemble): Promise<string[]> {
  const names = (await readdir(tmpdir())).filter((name) => name.startsWith("zookit-zookeeper-"));
  const configurations = await Promise.all(
    names.map(async (name) => await readFile(join(tmpdir(), name, "zoo.cfg"), "utf8").catch(() => "")),
  );
  const ports = of.servers.map(({ port }) => `\nclientPort=${port}\n`);
  return names.filter((_, index) => ports.some((port) => configurations[index]?.includes(port)));
}

/** The last transaction a server has applied. */
async function lastZxid(server: Server): Promise<string | undefined> {
  return /^Zxid: (0x[0-9a-f]+)$/m.exec(await server.command("srvr"))?.[1];
}

function member(of: Ensemble, id: number): Server {
  const server = of.servers[id - 1];
  if (!server) throw new Error(`no server ${id}`);
  return server;
}

describe.skipIf(backend === "hosts")("a standalone server", () => {
  it("leads, and has no followers", async () => {
    const standalone = await start();
    expect(await member(standalone, 1).role()).toBe("standalone");
    expect(await standalone.leader()).toBe(member(standalone, 1));
    expect(await standalone.followers()).toEqual([]);
  });

  it("counts exactly what clients send, whatever the harness asks in between", async () => {
    const standalone = await start();
    const server = member(standalone, 1);
    const before = await standalone.requestCount();
    await server.role();
    await server.command("ruok");
    await server.watchCount();
    expect(await standalone.requestCount()).toBe(before);
    const session = await openSession(server);
    expect(await standalone.requestCount()).toBe(before + 1);
    await fourLetterWord(server.host, server.port, "ruok", 1_000);
    expect(await standalone.requestCount()).toBe(before + 2);
    session.destroy();
  });

  it("keeps its address and what was written over a kill, a stop and a restart", async () => {
    // With the default of 20 ticks the session could expire in between, which would be a transaction more.
    const standalone = await start({ config: { maxSessionTimeout: "60000" } });
    const { hosts } = standalone;
    const server = member(standalone, 1);
    const session = await openSession(server);
    session.destroy();
    const written = await lastZxid(server);
    expect(written).not.toBe("0x0");
    await server.kill();
    await server.start();
    expect(await lastZxid(server)).toBe(written);
    await server.stop();
    await server.start();
    await server.restart();
    expect(await lastZxid(server)).toBe(written);
    expect(standalone.hosts).toBe(hosts);
    expect(hosts).toBe(server.address);
  });

  it("answers nothing while frozen, and serves again once thawed", async () => {
    const standalone = await start();
    const server = member(standalone, 1);
    await server.freeze();
    expect(await server.role()).toBeUndefined();
    // Its threads stop one after the other, a moment after the signal was sent.
    const ask = async () => await fourLetterWord(server.host, server.port, "srvr", 300).catch(String);
    await waitUntil(async () => (await ask()).includes("no answer within 300 ms"), { what: "it is silent" });
    await server.thaw();
    await standalone.waitUntilServing();
    // A server that was thawed a moment ago may let a question fall.
    await waitUntil(async () => (await server.role()) === "standalone", { what: "it tells its role again" });
  });

  it("shows its log when it cannot start", async () => {
    const failure = startEnsemble({ config: { tickTime: "soon" } });
    await expect(failure).rejects.toThrow(/did not start; the end of its log:[\s\S]*soon/);
    await expect(failure).rejects.toBeInstanceOf(HarnessError);
  });
});

describe.skipIf(backend === "hosts")("an ensemble of three", () => {
  it("has one leader and two followers", async () => {
    const three = await start({ servers: 3 });
    const leader = await three.leader();
    const roles = await Promise.all((await three.followers()).map((server) => server.role()));
    expect([await leader.role(), ...roles]).toEqual(["leader", "follower", "follower"]);
    expect(three.hosts.split(",")).toEqual(three.servers.map((server) => server.address));
  });

  it("elects another leader when the leader is killed, and takes the old one back", async () => {
    const three = await start({ servers: 3 });
    const old = await three.leader();
    await old.kill();
    expect(await refusesConnections(old.host, old.port)).toBe(true);
    expect(await three.leader()).not.toBe(old);
    await old.start();
    expect(await old.role()).toBe("follower");
  });

  it("elects another leader when the leader is frozen, and takes the old one back", async () => {
    const three = await start({ servers: 3 });
    const old = await three.leader();
    await old.freeze();
    const successor = await three.leader();
    expect(successor).not.toBe(old);
    await old.thaw();
    await waitUntil(async () => (await old.role()) === "follower", { what: "the old leader follows" });
    expect(await three.leader()).toBe(successor);
  });

  it("starts a member that has no quorum, which serves as soon as it has one", async () => {
    const three = await start({ servers: 3 });
    await Promise.all(three.servers.map((server) => server.stop()));
    await member(three, 1).start();
    expect(await member(three, 1).role()).toBeUndefined();
    await member(three, 2).start();
    await three.waitUntilServing();
    expect(await three.followers()).toHaveLength(1);
  });

  it("can be restarted one server at a time", async () => {
    const three = await start({ servers: 3 });
    for (const server of three.servers) {
      await server.restart();
      expect(await server.role()).toBeDefined();
    }
    await three.waitUntilServing();
  });
});

describe.skipIf(backend === "hosts")("stop", () => {
  it("leaves no process and no data behind, also of a frozen server, and may be called twice", async () => {
    const three = await start({ servers: 3 });
    expect(await dataDirectories(three)).toHaveLength(backend === "local" ? 3 : 0);
    await member(three, 1).freeze();
    await member(three, 2).kill();
    await Promise.all([three.stop(), three.stop()]);
    for (const server of three.servers) expect(await refusesConnections(server.host, server.port)).toBe(true);
    expect(await dataDirectories(three)).toEqual([]);
    await three[Symbol.asyncDispose]();
  });

  // Containers of a killed process are removed by testcontainers' own reaper, where it is enabled.
  it.skipIf(backend === "docker")(
    "is not needed when the test process is killed: its servers die with it",
    async () => {
      const program = fileURLToPath(new URL("./abandon-ensemble.ts", import.meta.url));
      const abandoner = spawn(process.execPath, ["--import", "tsx", program], { stdio: ["ignore", "pipe", "inherit"] });
      const [hosts] = (await once(abandoner.stdout, "data")) as [Buffer];
      abandoner.kill("SIGKILL");
      for (const address of hosts.toString("utf8").trim().split(",")) {
        const [host = "", port] = address.split(":");
        await waitUntil(() => refusesConnections(host, Number(port)), { what: `${address} is gone` });
      }
    },
  );
});

describe("an ensemble that somebody else runs", () => {
  it("is used as it is, and refuses the process verbs", async () => {
    vi.stubEnv("ZOOKIT_TEST_BACKEND", "hosts");
    vi.stubEnv("ZOOKIT_TEST_HOSTS", sharedHosts());
    const theirs = await start();
    expect(theirs).toMatchObject({ backend: "hosts", hosts: sharedHosts(), canControlProcesses: false });
    const server = await theirs.leader();
    for (const verb of [server.kill(), server.stop(), server.freeze(), server.restart()]) {
      await expect(verb).rejects.toThrow(/comes from ZOOKIT_TEST_HOSTS/);
    }
    await theirs.stop();
    expect(await server.role()).toBeDefined();
  });
});
