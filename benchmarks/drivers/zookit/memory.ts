import { Lock } from "@zookit/lock";
import { grown } from "../node/memory.js";
import { pathsBelow, type ZookitWork } from "./work.js";

/** Locks that so many waiters share, a hundred at each. */
const WAITERS_AT_EACH = 100;

export const memoryHeld: ZookitWork = async ({ connect, path, params }) => {
  const zk = await connect();
  const held: unknown[] = [];
  return () =>
    grown(params.items, async () => {
      held.push(...(await Promise.all(pathsBelow(path, params.items).map((each) => new Lock(zk, each).acquire()))));
    });
};

export const memoryWaiting: ZookitWork = async ({ connect, path, params }) => {
  const [holder, zk] = [await connect(), await connect()];
  const paths = pathsBelow(path, params.items / WAITERS_AT_EACH);
  await Promise.all(paths.map((each) => new Lock(holder, each).acquire()));
  return () =>
    grown(params.items, async () => {
      for (const each of paths) {
        const lock = new Lock(zk, each);
        // They wait until the session is closed.
        for (let waiter = 0; waiter < WAITERS_AT_EACH; waiter++) lock.acquire().catch(() => {});
      }
      await allIn(paths, WAITERS_AT_EACH + 1, async (each) => (await holder.children(each)).children.length);
      // The last of them are listing, or wait to share the next listing, and then arm their watch: each is one round trip.
      for (let roundTrips = 0; roundTrips < 4; roundTrips++) await zk.sync("/");
    });
};

export const memoryWatching: ZookitWork = async ({ connect, path, params }) => {
  const zk = await connect();
  const paths = pathsBelow(path, params.items);
  await Promise.all(paths.map((each) => zk.create(each)));
  const watches: unknown[] = [];
  return () =>
    grown(params.items, async () => {
      for (const each of paths) {
        const watch = zk.watchData(each)[Symbol.asyncIterator]();
        watches.push(watch);
        await watch.next();
        // Waits for the next change, which never comes.
        watch.next().catch(() => {});
      }
    });
};

async function allIn(
  paths: readonly string[],
  count: number,
  countOf: (path: string) => Promise<number>,
): Promise<void> {
  for (const path of paths) while ((await countOf(path)) < count);
}
