/** What waiting leaves behind, at the server and in this process, once nobody waits any more. */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { connect, type ZooKeeper } from "@zookit/core";
import { clientOf, waitForDeletion } from "@zookit/core/recipe";
import { Lock } from "@zookit/lock";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Ensemble, startEnsemble, uniqueRoot } from "../harness/index.js";

/** Node.js offers the collector to programs that were started with a flag; this is how one that was not gets it. */
function garbageCollector(): () => void {
  setFlagsFromString("--expose-gc");
  return runInNewContext("gc") as () => void;
}

describe("waiting", () => {
  let ensemble: Ensemble;
  let zk: ZooKeeper;
  let other: ZooKeeper;
  let path: string;

  beforeAll(async () => {
    // Nobody else's watches are counted.
    ensemble = await startEnsemble({ tickTimeMs: 2_000 });
    [zk, other] = await Promise.all([connect(ensemble.hosts), connect(ensemble.hosts)]);
  });
  afterAll(async () => {
    await Promise.all([zk?.close(), other?.close()]);
    await ensemble?.stop();
  });
  beforeEach(async () => {
    path = uniqueRoot();
    await zk.create(path);
  });
  afterEach(() => zk.delete(path, { recursive: true }));

  const watches = async () => await ensemble.servers[0]?.watchCount();

  it("for the deletion of a znode that is gone already leaves no watch at the server (H36)", async () => {
    const client = clientOf(zk);
    const step = { client, session: await client.ready(), signal: new AbortController().signal };
    const before = await watches();
    for (let n = 0; n < 10; n++) await waitForDeletion(step, `${path}/gone-${n}`);
    expect(await watches()).toBe(before);
  });

  it("in vain, a hundred times, leaves one watch at the server and nothing in memory (H37)", async () => {
    const collectGarbage = garbageCollector();
    const held = await new Lock(other, path).acquire();
    const lock = new Lock(zk, path);
    const reasons: WeakRef<Error>[] = [];
    // Not by `expect(…).rejects`: vitest keeps those promises until the test ends.
    const giveUp = async () => {
      const reason = await lock.acquire({ timeoutMs: 10 }).then(
        () => new Error("acquired a lock that is held"),
        (error: Error) => error,
      );
      reasons.push(new WeakRef(reason));
      return reason.name;
    };
    for (let n = 0; n < 100; n++) expect(await giveUp()).toBe("TimeoutError");
    // The waiters' watch on the holder's znode, and the holder's own.
    expect(await watches()).toBeLessThanOrEqual(2);
    await zk.sync(path);
    collectGarbage();
    // A reader that is still registered holds on to the signal that ended its wait, and that to its reason.
    expect(reasons.filter((reason) => reason.deref() !== undefined).length).toBeLessThan(5);
    await held.release();
  });
});
