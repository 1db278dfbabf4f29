import { setTimeout as pause } from "node:timers/promises";
import type { FaultOperation, FaultProxy } from "@zookit/testing";
import { monotonicMs } from "../history/clock.js";
import type { Random } from "../random.js";
import type { Scene, Strike } from "./scene.js";

/** How long what is to be lost may be waited for. */
const PATIENCE_MS = 3_000;

const DIRECTIONS = ["both", "to-server", "to-client"] as const;
const LOST_OPERATIONS: readonly [FaultOperation, ...FaultOperation[]] = [
  "create",
  "delete",
  "setData",
  "getChildren2",
  "sync",
];

/** A server and the proxy before it. */
function link({ proxies, ensemble }: Scene, random: Random): { proxy: FaultProxy; name: string } {
  const index = random.between(0, proxies.length - 1);
  const proxy = proxies[index];
  if (proxy === undefined) throw new Error("there is a proxy before each server");
  return { proxy, name: `link to server ${ensemble.servers[index]?.id}` };
}

/** Something that happens to one link for a while. */
function toLink(
  kind: string,
  durationMs: readonly [number, number],
  begin: (proxy: FaultProxy, random: Random) => Promise<void>,
  end: (proxy: FaultProxy) => Promise<void>,
): Strike {
  return async (scene, random) => {
    const { proxy, name } = link(scene, random);
    await scene.log.during(kind, name, async () => {
      await begin(proxy, random);
      await pause(random.between(...durationMs));
      await end(proxy);
    });
  };
}

export const cutLink = toLink(
  "connections cut",
  [0, 50],
  (proxy) => proxy.cut(),
  async () => {},
);

export const refuseLink = toLink(
  "connections refused",
  [200, 3_000],
  (proxy) => proxy.refuse(),
  (proxy) => proxy.accept(),
);

export const delayLink = toLink(
  "link delayed",
  [1_000, 4_000],
  (proxy, random) => proxy.delay(random.between(10, 300), random.pick(DIRECTIONS)),
  (proxy) => proxy.delay(0),
);

export const throttleLink = toLink(
  "link throttled",
  [1_000, 4_000],
  (proxy, random) => proxy.throttle({ bytes: random.between(8, 64), everyMs: random.between(1, 8) }),
  (proxy) => proxy.throttle(undefined),
);

export const partitionLink = toLink(
  "link partitioned both ways",
  [200, 4_000],
  (proxy) => proxy.partition(),
  (proxy) => proxy.heal(),
);

export const partitionToServer = toLink(
  "link partitioned to the server",
  [200, 4_000],
  (proxy) => proxy.partition("to-server"),
  (proxy) => proxy.heal(),
);

export const partitionToClient = toLink(
  "link partitioned to the clients",
  [200, 4_000],
  (proxy) => proxy.partition("to-client"),
  (proxy) => proxy.heal(),
);

/** Nobody reaches any server; sessions outlive it, or not. */
export const partitionAll: Strike = async ({ proxies, log, sessionTimeoutMs }, random) => {
  await log.during("all links partitioned", "all links", async () => {
    await Promise.all(proxies.map((proxy) => proxy.partition()));
    await pause(random.between(0.2 * sessionTimeoutMs, 2 * sessionTimeoutMs));
    await Promise.all(proxies.map((proxy) => proxy.heal()));
  });
};

/**
 * A request is applied, and its reply is lost with the connection; or it is lost itself. The connection ends by a reset, or in
 * order.
 */
export const loseOne: Strike = async ({ proxies, log }, random) => {
  const operation = random.pick(LOST_OPERATIONS);
  const action = random.pick(["reset", "lose"] as const);
  const at = random.pick(["reply", "reply", "request"] as const);
  const faults = await Promise.all(proxies.map((proxy) => proxy.inject({ operation, at, action })));
  const from = monotonicMs();
  const happened = Promise.any(faults.map((fault) => fault.happened)).then(
    () => true,
    () => false,
  );
  if (await Promise.race([happened, pause(PATIENCE_MS, false)])) {
    const kind = at === "reply" ? "reply lost after it was applied" : "request lost";
    log.add({ kind, target: operation, from, until: monotonicMs() });
  }
  await Promise.all(faults.map((fault) => fault.cancel().catch(() => {})));
};
