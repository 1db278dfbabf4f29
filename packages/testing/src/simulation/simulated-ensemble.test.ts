import { connect, type ZooKeeper } from "@zookit/core";
import { expect, test } from "vitest";
import { simulate } from "./simulate.js";
import type { SimulatedEnsemble } from "./simulated-ensemble.js";

async function client(ensemble: SimulatedEnsemble): Promise<ZooKeeper> {
  return await connect("simulated", {
    transport: ensemble.transport,
    sessionTimeoutMs: 2_000,
  });
}

function serverOf(ensemble: SimulatedEnsemble, zk: ZooKeeper): number {
  return ensemble.servers.findIndex(({ sessions }) => sessions.includes(zk.session.id));
}

/** Two clients at different servers. */
async function twoClients(ensemble: SimulatedEnsemble): Promise<readonly [ZooKeeper, ZooKeeper]> {
  const first = await client(ensemble);
  for (;;) {
    const second = await client(ensemble);
    if (serverOf(ensemble, second) !== serverOf(ensemble, first)) return [first, second];
    await second.close();
  }
}

test("a server that lags shows what was, until a sync", async () => {
  await simulate(async (ensemble, time) => {
    const [writer, reader] = await twoClients(ensemble);
    await writer.create("/a", "old");
    await time.pass(10);
    ensemble.lagServer(serverOf(ensemble, reader), 60_000);
    await writer.set("/a", "new");
    await time.pass(10);
    expect((await reader.get("/a")).data.toString()).toBe("old");
    await reader.sync("/");
    expect((await reader.get("/a")).data.toString()).toBe("new");
  });
});

test("a server that is cut off from the leader answers reads, nothing else, and in the end nobody", async () => {
  await simulate(
    async (ensemble, time) => {
      const zk = await client(ensemble);
      await zk.create("/a", "old");
      const index = serverOf(ensemble, zk);
      ensemble.isolateServer(index, 5_000);
      expect((await zk.get("/a")).data.toString()).toBe("old");
      await expect(zk.set("/a", "new", { timeoutMs: 100 })).rejects.toMatchObject({ outcome: "unknown" });
      await time.pass(1_000);
      expect(serverOf(ensemble, zk)).not.toBe(index);
    },
    { syncLimitTicks: 5 },
  );
});

test.each([
  ["lost", "not there", "unknown"],
  ["reply-lost", "there", "unknown"],
  ["late", "there", "unknown"],
  ["delayed", "there", "applied"],
  ["silence", "there", "unknown"],
] as const)("a create that is %s is %s, and its caller is told: %s", async (point, there, told) => {
  await simulate(async (ensemble) => {
    const zk = await client(ensemble);
    ensemble.planFaults(({ operation }) => (operation === "create" ? { point, consequence: "reconnect" } : undefined));
    const outcome = await zk.create("/a", "", { timeoutMs: 5_000 }).then(
      () => "applied",
      (error) => error.outcome,
    );
    expect(outcome).toBe(told);
    expect((await zk.exists("/a", { timeoutMs: 5_000 })) !== undefined).toBe(there === "there");
  });
});

test("a session ends when its client was not heard of for its timeout, and its ephemeral znodes go", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await client(ensemble);
    const { id } = zk.session;
    await zk.create("/e", "", { mode: "ephemeral" });
    ensemble.partition(id, 60_000);
    await time.pass(1_900);
    expect(ensemble.sessions).toContain(id);
    await time.pass(600);
    expect(ensemble.sessions).not.toContain(id);
    expect(ensemble.tree.read({ type: "exists", path: "/e" }, []).code).toBe(-101);
  });
});

test("a session outlives its server, and the connection to it", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await client(ensemble);
    const { id } = zk.session;
    const index = serverOf(ensemble, zk);
    ensemble.stopServer(index, 3_000);
    await time.pass(100);
    expect(zk.session.id).toBe(id);
    expect(serverOf(ensemble, zk)).not.toBe(index);
    ensemble.changeLeader(100);
    await time.pass(500);
    expect(zk.state).toBe("connected");
    expect(zk.session.id).toBe(id);
  });
});

test("a request during whose sending the connection is lost is not sent, and gets nobody else's answer", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await client(ensemble);
    await zk.create("/a", "old");
    ensemble.planFaults(({ operation }) => {
      if (operation !== "set") return undefined;
      ensemble.planFaults(() => undefined);
      // Longer than the client waits for the answer to the read that is under way.
      time.stall(1_500);
      return undefined;
    });
    await Promise.all([zk.get("/a"), zk.set("/a", "new")]);
    expect((await zk.get("/a")).data.toString()).toBe("new");
  });
});

test("credentials are presented, and of an unknown scheme refused", async () => {
  await simulate(async (ensemble) => {
    const acl = [{ scheme: "auth", id: "", permissions: 31 }];
    const options = { transport: ensemble.transport, acl };
    const owner = await connect("simulated", { ...options, auth: { scheme: "digest", credentials: "me:secret" } });
    await owner.create("/mine", "data");
    const other = await client(ensemble);
    await expect(other.get("/mine")).rejects.toMatchObject({ code: "no-auth" });
    await expect(
      connect("simulated", { ...options, auth: { scheme: "password", credentials: "me" } }),
    ).rejects.toMatchObject({ code: "auth-failed" });
  });
});

test("a server that does not exist, and a session that does not, are refused", async () => {
  await simulate(async (ensemble) => {
    expect(() => ensemble.stopServer(3, 10)).toThrow("there is no server 3");
    expect(() => ensemble.expireSession("0x1")).toThrow("there is no session 0x1");
    expect(() => ensemble.dropConnection("nonsense")).toThrow("there is no session nonsense");
  });
});
