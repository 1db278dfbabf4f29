/** The end of a session is one transaction with the paths of all its ephemeral znodes; too large a one ends the servers. */
import { connect, type ZooKeeper } from "@zookit/core";
import { expect, it } from "vitest";
import { startEnsemble } from "../harness/index.js";

const COUNT = 20_000;
const NAME_BYTES = 110;

it("a session refuses so many ephemeral znodes that its end could stop the ensemble for good (H31)", async (context) => {
  await using ensemble = await startEnsemble({ tickTimeMs: 500 });
  const [server] = ensemble.servers;
  if (!ensemble.canControlProcesses || server === undefined) return context.skip("needs control over the server");
  const create = (zk: ZooKeeper, index: number) =>
    zk.create(`/p/${String(index).padStart(NAME_BYTES, "e")}`, "", { mode: "ephemeral" }).catch(() => {});
  const zk = await connect(ensemble.hosts, { sessionTimeoutMs: 10_000 });
  await zk.create("/p");
  for (let from = 0; from < COUNT; from += 400) {
    await Promise.all(Array.from({ length: 400 }, (_, n) => create(zk, from + n)));
  }
  await zk.close();
  await server.restart();
  expect(await server.role()).toBe("standalone");
});
