/** A leader that was stopped for so long that another one was elected, and that wakes up before it knows. */
import { connect, type ZooKeeper } from "@zookit/core";
import { Lock } from "@zookit/lock";
import { FaultProxy } from "@zookit/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Ensemble, type Server, startEnsemble, uniqueRoot, waitUntil } from "../harness/index.js";
import { LONG_SESSION_MS, TICK_MS } from "./support/three-servers.js";

describe("a leader that was deposed while it was stopped", () => {
  let ensemble: Ensemble;
  let deposed: Server;
  let follower: Server;
  let observer: ZooKeeper;
  let path: string;

  beforeAll(async () => {
    // Followers give up a silent leader long before it could find, when it wakes up, that sessions have expired.
    ensemble = await startEnsemble({ servers: 3, tickTimeMs: TICK_MS, config: { syncLimit: "5" } });
  });
  afterAll(() => ensemble?.stop());
  beforeEach(async (context) => {
    context.skip(!ensemble.canControlProcesses, "needs control over the servers' processes");
    for (const server of ensemble.servers) await server.thaw();
    await ensemble.waitUntilServing();
    deposed = await ensemble.leader();
    [follower] = (await ensemble.followers()) as [Server];
    path = uniqueRoot();
  });

  /** Stops the leader, and waits until the others have another one. */
  async function depose(): Promise<void> {
    await deposed.freeze();
    await ensemble.leader();
    await ensemble.waitUntilServing();
  }

  it("is not believed: reads of a living session do not go back, and nothing of an abandoned acquisition is left (H4, H18, H19, H79)", async () => {
    for (let round = 0; round < 2; round++) {
      await ensemble.waitUntilServing();
      deposed = await ensemble.leader();
      [follower] = (await ensemble.followers()) as [Server];
      await using proxy = await FaultProxy.start(follower.address);
      const zk = await connect(`${proxy.hosts},${deposed.address}`, { sessionTimeoutMs: LONG_SESSION_MS });
      const others = ensemble.servers.filter((server) => server !== deposed).map(({ address }) => address);
      observer = await connect(others.join(","), { sessionTimeoutMs: LONG_SESSION_MS });
      try {
        const lockPath = `${path}-lock-${round}`;
        await observer.create(lockPath);
        await depose();
        // Answered by the follower, and by nobody else: a write may follow.
        await zk.exists("/", { timeoutMs: 20_000 });
        const written = await zk.create(`${path}-${round}`, "", { timeoutMs: 20_000 });
        const held = await new Lock(observer, lockPath).acquire();
        const fault = await proxy.inject({ operation: "create", at: "reply", action: "hold" });
        const controller = new AbortController();
        const acquiring = new Lock(zk, lockPath).acquire({ signal: controller.signal }).catch(() => undefined);
        await fault.happened;
        controller.abort();
        await proxy.refuse();
        await waitUntil(() => zk.state === "suspended", { what: "it is cut off" });
        const { session } = zk;
        const reading = zk.exists(written, { timeoutMs: 20_000 });
        await deposed.thaw();
        const seen = await reading;
        expect(zk.session).toBe(session);
        expect(seen, "its own acknowledged write").toBeDefined();
        await acquiring;
        await proxy.accept();
        await waitUntil(async () => (await observer.children(lockPath)).children.length === 1, {
          what: "only the holder is left",
          timeoutMs: 5_000,
        });
        await held.release();
      } finally {
        await Promise.all([zk.close(), observer.close()]);
      }
    }
  });
});
