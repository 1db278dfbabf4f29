/** Where the servers refuse what every attempt needs, no recipe waits or tries for ever: it says so at once. */
import { connect, digestAcl, Permission, type ZooKeeper } from "@zookit/core";
import { type SimulatedEnsemble, simulate, type VirtualTime } from "@zookit/testing";
import { expect, test } from "vitest";
import { childrenOf, openClient, SESSION_MS } from "./support/clients.js";
import { BEGINNINGS, type Begin } from "./support/recipes.js";

/** Begins a recipe; what it rejects with, or how long it has waited for nothing. */
async function outcomeOf(time: VirtualTime, begin: Begin, zk: ZooKeeper, path: string): Promise<unknown> {
  const stop = new AbortController();
  let outcome: unknown;
  const begun = begin(zk, path, { signal: stop.signal }).then(
    () => (outcome ??= "it resolved"),
    (error) => (outcome ??= error),
  );
  for (let round = 0; round < 40 && outcome === undefined; round++) await time.pass(25);
  outcome ??= "it still waits after a second";
  stop.abort(new Error("enough"));
  await begun;
  return outcome;
}

async function owner(ensemble: SimulatedEnsemble): Promise<ZooKeeper> {
  const auth = { scheme: "digest", credentials: "owner:secret" };
  return await connect("simulated", { transport: ensemble.transport, sessionTimeoutMs: SESSION_MS, auth });
}

test.each(Object.entries(BEGINNINGS))(
  "%s below an ephemeral znode is refused with a typed error (H88)",
  async (_, begin) => {
    await simulate(async (ensemble, time) => {
      const zk = await openClient(ensemble);
      await zk.create("/ephemeral", "", { mode: "ephemeral" });
      const refusal = { code: "no-children-for-ephemerals" };
      expect(await outcomeOf(time, begin, zk, "/ephemeral/here")).toMatchObject(refusal);
      expect(childrenOf(ensemble, "/ephemeral")).toEqual([]);
      await zk.close();
    });
  },
);

test.each(Object.entries(BEGINNINGS))(
  "%s where nothing may be created is refused with a typed error (H86)",
  async (_, begin) => {
    await simulate(async (ensemble, time) => {
      const [zk, closing] = [await openClient(ensemble), await owner(ensemble)];
      const readable = { scheme: "world", id: "anyone", permissions: Permission.read };
      await closing.create("/closed", "", { acl: [digestAcl("owner", "secret"), readable] });
      expect(await outcomeOf(time, begin, zk, "/closed/here")).toMatchObject({ code: "no-auth" });
      expect(childrenOf(ensemble, "/closed")).toEqual([]);
      await Promise.all([zk.close(), closing.close()]);
    });
  },
);
