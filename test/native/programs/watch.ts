/**
 * Two clients watch the same znode; the first is closed once it has seen the znode's deletion, the second goes on.
 *
 * Arguments: hosts, path of a znode that is going to be deleted.
 */
import { connect, type ZooKeeper } from "@zookit/core";
import { say } from "./say.js";

const [hosts = "", path = ""] = process.argv.slice(2);

/** Resolves when a watch is armed, with what waits for the deletion then. */
async function arm(zk: ZooKeeper, kind: "watchData" | "watchChildren"): Promise<() => Promise<void>> {
  const values = zk[kind](path)[Symbol.asyncIterator]();
  await values.next();
  return async () => {
    while ((await values.next()).value !== undefined);
  };
}

async function armBoth(zk: ZooKeeper): Promise<() => Promise<unknown>> {
  const waits = [await arm(zk, "watchData"), await arm(zk, "watchChildren")];
  return () => Promise.all(waits.map((wait) => wait()));
}

const [first, second] = await Promise.all([connect(hosts), connect(hosts)]);
const isSeenByFirst = await armBoth(first);
const isSeenBySecond = await armBoth(second);
say("watching");
await isSeenByFirst();
await first.close();
await isSeenBySecond();
await second.close();
say("seen by both");
