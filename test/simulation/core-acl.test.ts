/** ACLs over a transport that creates a znode first and sets its ACL in a second request, as the native binding does. */

import { DoubleBarrier } from "@zookit/barrier";
import { type Acl, connect, digestAcl, type ZooKeeper } from "@zookit/core";
import { clientOf, enterSeat, leaveSeat, type Seat } from "@zookit/core/recipe";
import { Lock, ReadWriteLock } from "@zookit/lock";
import { type OperationFault, type SimulatedEnsemble, simulate, type VirtualTime } from "@zookit/testing";
import { expect, test } from "vitest";
import { SESSION_MS, waitFor } from "./support/clients.js";

/** Everything but to change it. */
const NO_ADMIN: readonly Acl[] = [{ scheme: "world", id: "anyone", permissions: 15 }];
const FOR_EVER = new AbortController().signal;

function withSecondRequest(story: (ensemble: SimulatedEnsemble, time: VirtualTime) => Promise<void>): Promise<void> {
  return simulate(story, { createsWithAcl: false });
}

async function open(ensemble: SimulatedEnsemble, acl?: readonly Acl[]): Promise<ZooKeeper> {
  return await connect("simulated", { transport: ensemble.transport, sessionTimeoutMs: SESSION_MS, acl });
}

/** Fails one request of a kind: that before which `index` others of its kind were sent. */
function fail(ensemble: SimulatedEnsemble, operation: string, index: number, fault: OperationFault): void {
  let sent = 0;
  ensemble.planFaults((request) => (request.operation === operation && sent++ === index ? fault : undefined));
}

const MAKERS: Readonly<Record<string, (zk: ZooKeeper) => Promise<void>>> = {
  ensurePath: (zk) => zk.ensurePath("/p/a"),
  create: async (zk) => void (await zk.create("/p/a", "", { parents: true })),
  "a barrier": async (zk) => {
    const barrier = new DoubleBarrier(zk, "/p/b", 1);
    await barrier.enter();
    await barrier.leave();
  },
  "a reader that was a writer": async (zk) => {
    const writer = await new ReadWriteLock(zk, "/p").write.acquire();
    await (await writer.downgrade()).release();
  },
  "a lock": async (zk) => (await new Lock(zk, "/p").acquire()).release(),
  "a seat": async (zk) => {
    await zk.ensurePath("/p");
    const data = () => Buffer.from("a");
    const seat: Seat = { client: clientOf(zk), path: "/p/a", identifier: "a", data, patienceMs: SESSION_MS };
    await leaveSeat(seat, await enterSeat(seat, FOR_EVER));
  },
};

test.each(Object.keys(MAKERS))(
  "a list that lets nobody set another is set once, and that is enough if the answer is lost: %s",
  async (what) => {
    for (let lost = 0; lost < 4; lost++) {
      await withSecondRequest(async (ensemble) => {
        const zk = await open(ensemble, NO_ADMIN);
        fail(ensemble, "setAcl", lost, { point: "reply-lost", consequence: "reconnect" });
        await MAKERS[what]?.(zk);
        await zk.close();
      });
    }
  },
);

test("the list of an ephemeral znode that went with its session is not given to another's of that name (H22)", async () => {
  await withSecondRequest(async (ensemble, time) => {
    const [zk, other] = [await open(ensemble), await open(ensemble)];
    fail(ensemble, "setAcl", 0, { point: "lost", consequence: "expiry" });
    const acl = [digestAcl("a", "secret")];
    const creating = zk.create("/a", "", { mode: "ephemeral", acl });
    await waitFor(time, "its connection is lost", () => zk.state !== "connected");
    await other.create("/a", "other's", { mode: "ephemeral" });
    await creating;
    expect((await other.get("/a")).data.toString()).toBe("other's");
    await Promise.all([zk.close(), other.close()]);
  });
});

test.each(["ensurePath", "create"] as const)(
  "whoever gives %s up at any moment leaves nothing that is open to everyone",
  async (what) => {
    const left: (readonly Acl[])[] = [];
    for (let ms = 0; ms < 8; ms++) {
      await withSecondRequest(async (ensemble, time) => {
        const zk = await open(ensemble, NO_ADMIN);
        const stop = new AbortController();
        const options = { signal: stop.signal };
        const making = what === "create" ? zk.create("/p", "", options) : zk.ensurePath("/p", options);
        await Promise.all([making.catch(() => {}), time.pass(ms).then(() => stop.abort())]);
        await time.pass(1_000);
        const { acl } = ensemble.tree.read({ type: "getAcl", path: "/p" }, []);
        if (acl !== undefined) left.push(acl);
        await zk.close();
      });
    }
    expect(left.length).toBeGreaterThan(4);
    for (const acl of left) expect(acl).toEqual(NO_ADMIN);
  },
);
