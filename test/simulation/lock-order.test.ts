import { connect, type Operations, type Transport, type ZooKeeper } from "@zookit/core";
import { Lock } from "@zookit/lock";
import { type SimulatedEnsemble, simulate, type VirtualTime } from "@zookit/testing";
import { expect, test } from "vitest";
import { childrenOf, waitFor } from "./support/clients.js";

const PATH = "/lock";
const NAMES = ["a", "b", "c", "d"];

/** Listings have no order. Here the youngest stands first, so that nothing can rely on the order of creation. */
function youngestFirst(transport: Transport): Transport {
  return {
    ...transport,
    open(request, events) {
      const session = transport.open(request, events);
      return {
        close: () => session.close(),
        async submit(operation, sent) {
          const reply = await session.submit(operation, sent);
          if (operation === "children" && reply.code === 0) (reply.value as Operations["children"]["value"]).children;
          return reply;
        },
      };
    },
  };
}

/** A client of a lock whose counter is used up: from here on every contender has the same number. */
async function atTheLastNumber(ensemble: SimulatedEnsemble, time: VirtualTime): Promise<ZooKeeper> {
  const zk = await connect("simulated", { transport: youngestFirst(ensemble.transport), sessionTimeoutMs: 2_000 });
  await zk.ensurePath(PATH);
  await waitFor(time, "every server has it", () => ensemble.servers.every(({ tree }) => isThere(tree)));
  for (const { tree } of ensemble.servers) tree.override(PATH, { creations: 2 ** 31 - 1 });
  return zk;
}

function isThere(tree: SimulatedEnsemble["tree"]): boolean {
  return tree.read({ type: "exists", path: PATH }, []).code === 0;
}

test("one at a time holds, in the order of arrival, also when all have the same number (H54)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await atTheLastNumber(ensemble, time);
    const order: string[] = [];
    let holding = 0;
    await Promise.all(
      NAMES.map(async (name) => {
        const handle = await new Lock(zk, PATH).acquire();
        expect(++holding).toBe(1);
        order.push(name);
        await time.pass(10);
        holding--;
        await handle.release();
      }),
    );
    expect(order).toEqual(NAMES);
    await zk.close();
  });
});

test("contenders are told in the order of arrival, also when all have the same number (H54)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await atTheLastNumber(ensemble, time);
    const acquiring = NAMES.map((identifier) => new Lock(zk, PATH, { identifier }).acquire());
    await waitFor(time, "all of them", () => childrenOf(ensemble, PATH).length === NAMES.length);
    const contenders = await new Lock(zk, PATH).contenders();
    expect(contenders.map(({ identifier }) => identifier)).toEqual(NAMES);
    expect(contenders.map(({ holds }) => holds)).toEqual([true, false, false, false]);
    for (const handle of acquiring) await (await handle).release();
    await zk.close();
  });
});
