import { connect, NodeExistsError, type ZooKeeper } from "@zookit/core";
import { tokenFromListing } from "@zookit/core/recipe";
import { Lock, type LockHandle } from "@zookit/lock";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { type Ensemble, type Server, startEnsemble, uniqueRoot, waitUntil } from "../harness/index.js";
import { setCversion } from "../harness/set-cversion.js";

const LARGEST = 2 ** 31 - 1;
const SMALLEST = -(2 ** 31);
/** Of every parent here when a test takes it: the first four numbers given out are ordinary ones. */
const FIRST = LARGEST - 4;
const ORDINARY = [FIRST, FIRST + 1, FIRST + 2, FIRST + 3];
const PARENTS = 12;

/** Set for every worker by the global set-up. */
const isLocal = process.env["ZOOKIT_TEST_BACKEND"] === "local";

type Three<T> = readonly [T, T, T];

/** The number at the end of a sequential znode's name: a dash or an underscore goes before it, also if it is negative. */
function sequenceOf(path: string): number {
  return Number(/[-_](-?\d{9,10})$/.exec(path)?.[1]);
}

describe("a parent whose sequence counter passes 2147483647 (H54)", () => {
  let ensemble: Ensemble;
  let server: Server;
  let clients: Three<ZooKeeper>;
  let zk: ZooKeeper;
  let parents: readonly string[] = [];
  let parent: string;

  beforeAll(async () => {
    if (!isLocal) return;
    ensemble = await startEnsemble({ tickTimeMs: 500, config: { "digest.enabled": "false" } });
    [server] = ensemble.servers as [Server];
    parents = await preparedParents();
    clients = [await connect(ensemble.hosts), await connect(ensemble.hosts), await connect(ensemble.hosts)];
    [zk] = clients;
  });
  afterAll(async () => {
    await Promise.all((clients ?? []).map((client) => client.close()));
    await ensemble?.stop();
  });
  beforeEach(async (context) => {
    context.skip(!isLocal, "the counter is set in the server's files, which only the local back end has at hand");
    const [next, ...rest] = parents;
    if (next === undefined) throw new Error("more parents must be prepared");
    [parent, parents] = [next, rest];
    // The server prints twice the counter less the number of children, as an int32.
    expect(await zk.exists(parent)).toMatchObject({ cversion: (2 * FIRST) | 0, numChildren: 0 });
  });

  /** Persistent znodes with the counter set. All at once: the server has to be stopped for it. */
  async function preparedParents(): Promise<readonly string[]> {
    const root = uniqueRoot("wrap");
    const paths = Array.from({ length: PARENTS }, (_, index) => `${root}/${String(index).padStart(2, "0")}`);
    const setup = await connect(ensemble.hosts);
    for (const path of paths) await setup.create(path, "some data", { parents: true });
    await setup.close();
    await server.restart();
    const directory = /^dataDir=(.+)$/m.exec(await server.command("conf"))?.[1];
    if (directory === undefined) throw new Error("the server does not say where its data is");
    await server.stop();
    await setCversion(directory, paths, FIRST);
    await server.start();
    return paths;
  }

  const create = (prefix: string, client = zk) =>
    client.create(`${parent}/${prefix}-`, "", { mode: "ephemeral-sequential" });

  const childCount = async () => (await zk.children(parent)).children.length;

  const untilChildren = (count: number) =>
    waitUntil(async () => (await childCount()) === count, { what: `${count} children are there` });

  /** Uses the ordinary numbers up. */
  async function exhaust(): Promise<void> {
    for (const _ of ORDINARY) await zk.delete(await create("spent"));
  }

  async function czxidOf(path: string): Promise<bigint> {
    const stat = await zk.exists(path);
    if (stat === undefined) throw new Error(`${path} is gone`);
    return stat.czxid;
  }

  // Facts, not wishes: what ZooKeeper since 3.6 does, although its guide says that the number wraps.
  describe("what the server gives out", () => {
    it("is 2147483647 again and again, once that is reached, to all who create one after the other", async () => {
      const given: number[] = [];
      for (let index = 0; index < 12; index++) given.push(sequenceOf(await create(`n${index}`)));
      expect(given).toEqual([...ORDINARY, ...Array(8).fill(LARGEST)]);
    });

    it("is 2147483647 after deletions and after a restart, too", async () => {
      await exhaust();
      for (let index = 0; index < 3; index++) {
        const path = await create(`n${index}`);
        expect(sequenceOf(path)).toBe(LARGEST);
        await zk.delete(path);
      }
      await server.restart();
      expect(sequenceOf(await create("restarted"))).toBe(LARGEST);
    });

    it("makes two of the same prefix collide: only a random id in the name keeps them apart", async () => {
      await exhaust();
      expect(sequenceOf(await create("same"))).toBe(LARGEST);
      await expect(create("same")).rejects.toThrow(NodeExistsError);
    });

    it("is negative from -2147483648 on for those under way at the same time, and 2147483647 afterwards", async () => {
      await exhaust();
      // How many are under way together is the server's affair: tried until there were several.
      const given = await waitUntil(
        async () => {
          const paths = await Promise.all(Array.from({ length: 100 }, (_, index) => create(`n${index}`)));
          await Promise.all(paths.map((path) => zk.delete(path)));
          const numbers = paths.map(sequenceOf);
          return numbers.filter((number) => number < 0).length > 1 && numbers;
        },
        { what: "a burst got negative numbers" },
      );
      // Requests of one client are taken in order: each goes on counting, or begins anew at the stored number.
      expect(given[0]).toBe(LARGEST);
      given.slice(1).forEach((number, index) => {
        expect([LARGEST, ((given[index] as number) + 1) | 0]).toContain(number);
      });
      expect(given).toContain(SMALLEST);
      expect(sequenceOf(await create("afterwards"))).toBe(LARGEST);
    });

    it("leaves the parent's cversion and pzxid as they are, which then tell of deletions only", async () => {
      await exhaust();
      const before = await zk.exists(parent);
      const path = await create("n");
      const created = await zk.exists(parent);
      expect(created).toMatchObject({ cversion: ((2 * LARGEST) | 0) - 1, numChildren: 1, pzxid: before?.pzxid });
      await zk.delete(path);
      const deleted = await zk.exists(parent);
      expect(deleted).toMatchObject({ cversion: (2 * LARGEST) | 0, numChildren: 0 });
      expect(deleted?.pzxid).toBeGreaterThan(created?.pzxid ?? 0n);
    });
  });

  describe("a lock below it", () => {
    interface Grant {
      readonly path: string;
      readonly token: bigint;
      readonly czxid: bigint;
    }

    /** The guarantees of docs/guarantees.md over what holders saw, in the order in which they got in. */
    function expectInOrder(grants: readonly Grant[]): void {
      for (const [index, { token, czxid }] of grants.entries()) {
        expect(token).toBeGreaterThanOrEqual(czxid);
        const next = grants[index + 1];
        if (next === undefined) continue;
        expect(next.czxid).toBeGreaterThan(czxid);
        expect(next.czxid).toBeGreaterThan(token);
        expect(next.token).toBeGreaterThan(token);
      }
    }

    it.each([
      ["one after the other", false],
      ["all at once", true],
    ])(
      "has one holder at a time, in order and with growing tokens, when 3 clients acquire 20 times, %s",
      async (_, atOnce) => {
        const grants: Grant[] = [];
        let inside = 0;
        const use = async (handle: LockHandle) => {
          expect(++inside).toBe(1);
          grants.push({ path: handle.path, token: handle.fencingToken, czxid: await czxidOf(handle.path) });
          expect(handle.isHeld()).toBe(true);
          expect(inside--).toBe(1);
        };
        const acquireTwentyTimes = async (client: ZooKeeper) => {
          const lock = new Lock(client, parent);
          const uses = Array.from({ length: 20 }, () => () => lock.withLock(use, { timeoutMs: 40_000 }));
          if (atOnce) await Promise.all(uses.map((once) => once()));
          else for (const once of uses) await once();
        };
        await Promise.all(clients.map(acquireTwentyTimes));
        expect(grants).toHaveLength(60);
        expectInOrder(grants);
        const numbers = grants.map(({ path }) => sequenceOf(path));
        expect(numbers.slice(0, 4)).toEqual(ORDINARY);
        expect(numbers.slice(4).every((number) => number === LARGEST || number < 0)).toBe(true);
        expect(await childCount()).toBe(0);
      },
    );

    it("stays with its holder from before, and goes to all others in the order of their arrival", async () => {
      const held = await new Lock(zk, parent, { identifier: "holder" }).acquire();
      expect(sequenceOf(held.path)).toBe(FIRST);
      const granted: string[] = [];
      const quitting = new AbortController();
      const wait = async (
        client: ZooKeeper,
        identifier: string,
        dialect: "curator" | "kazoo",
        signal?: AbortSignal,
      ) => {
        const options = { timeoutMs: 40_000, signal };
        await new Lock(client, parent, { identifier, dialect }).withLock(() => granted.push(identifier), options);
      };
      const waiting: Promise<void>[] = [];
      const arrived: string[] = ["holder"];
      for (let index = 0; index < 9; index++) {
        const identifier = `single ${index}`;
        waiting.push(wait(clients[index % 3] as ZooKeeper, identifier, index % 2 ? "kazoo" : "curator"));
        arrived.push(identifier);
        await untilChildren(arrived.length);
      }
      const quitter = wait(clients[2], "quitter", "curator", quitting.signal);
      const hasQuit = expect(quitter).rejects.toThrow("changed my mind");
      await untilChildren(arrived.length + 1);
      // The requests of one client arrive in the order in which it makes them.
      for (let index = 0; index < 20; index++) {
        waiting.push(wait(clients[1], `burst ${index}`, "curator"));
        arrived.push(`burst ${index}`);
      }
      await untilChildren(arrived.length + 1);
      quitting.abort(new Error("changed my mind"));
      await hasQuit;
      const contenders = await new Lock(zk, parent).contenders();
      expect(contenders.map(({ identifier }) => identifier)).toEqual(arrived);
      expect(contenders.map(({ holds }) => holds)).toEqual(arrived.map((_, index) => index === 0));
      expect(contenders.slice(0, 4).map(({ path }) => sequenceOf(path))).toEqual(ORDINARY);
      const czxids = await Promise.all(contenders.map(({ path }) => czxidOf(path)));
      expect(czxids).toEqual([...czxids].sort((a, b) => (a < b ? -1 : 1)));
      // Once a client has the answer to a later request, it has those to its waiters' requests, too.
      for (const client of clients) {
        expect(await new Lock(client, parent).tryAcquire()).toBeUndefined();
        await client.sync(parent);
      }
      expect(granted).toEqual([]);
      expect(held.isHeld()).toBe(true);
      await held.release();
      await Promise.all(waiting);
      expect(granted).toEqual(arrived.slice(1));
      expect(await childCount()).toBe(0);
    });

    it("goes to negative numbers of several bursts in the order of their arrival, also if no other is left", async () => {
      const lock = new Lock(zk, parent);
      const held = await lock.acquire();
      await exhaust();
      const granted: string[] = [];
      const waiters = new Map<string, { readonly quitting: AbortController; readonly done: Promise<unknown> }>();
      const numbersOf = async () =>
        (await lock.contenders()).slice(1).map(({ identifier, path }) => ({ identifier, number: sequenceOf(path) }));
      await waitUntil(
        async () => {
          for (let index = 0; index < 20; index++) {
            const identifier = `waiter ${waiters.size}`;
            const quitting = new AbortController();
            const waiter = new Lock(clients[1], parent, { identifier });
            const done = waiter.withLock(() => granted.push(identifier), { signal: quitting.signal });
            waiters.set(identifier, { quitting, done: done.catch((error) => error) });
          }
          await untilChildren(1 + waiters.size);
          return (await numbersOf()).filter(({ number }) => number === SMALLEST).length > 1;
        },
        { what: "two bursts got the same negative number", timeoutMs: 30_000 },
      );
      const reason = new Error("it has 2147483647");
      for (const { identifier, number } of await numbersOf()) {
        if (number !== LARGEST) continue;
        waiters.get(identifier)?.quitting.abort(reason);
        expect(await waiters.get(identifier)?.done).toBe(reason);
      }
      const left = await numbersOf();
      expect(left.every(({ number }) => number < 0)).toBe(true);
      expect(left.map(({ identifier }) => identifier)).toEqual(
        [...waiters.keys()].filter((name) => left.some(({ identifier }) => identifier === name)),
      );
      expect(granted).toEqual([]);
      await held.release();
      await Promise.all([...waiters.values()].map(({ done }) => done));
      expect(granted).toEqual(left.map(({ identifier }) => identifier));
      expect(await childCount()).toBe(0);
    });

    it("is not given to those who only try while it is held, and they leave nothing behind", async () => {
      await exhaust();
      const held = await new Lock(zk, parent).acquire();
      expect(sequenceOf(held.path)).toBe(LARGEST);
      const attempts = clients.flatMap((client) => Array(5).fill(client) as ZooKeeper[]);
      const tries = await Promise.all(attempts.map((client) => new Lock(client, parent).tryAcquire()));
      expect(tries).toEqual(attempts.map(() => undefined));
      expect(held.isHeld()).toBe(true);
      expect(await childCount()).toBe(1);
      await held.release();
      const next = await new Lock(clients[1], parent).tryAcquire();
      expect(next?.fencingToken).toBeGreaterThan(held.fencingToken);
      await next?.release();
    });

    it("is given to exactly one of those who try at once while it is free", async () => {
      await exhaust();
      for (let round = 0; round < 10; round++) {
        const attempts = clients.flatMap((client) => Array(3).fill(client) as ZooKeeper[]);
        const tries = await Promise.all(attempts.map((client) => new Lock(client, parent).tryAcquire()));
        const holders = tries.filter((handle) => handle !== undefined);
        expect(holders).toHaveLength(1);
        expect(holders[0]?.isHeld()).toBe(true);
        await holders[0]?.release();
      }
      expect(await childCount()).toBe(0);
    });

    // The counter stands still at the limit, so that the parent looks after any number of later creations
    // as it did directly after the contender with 2147483646; and a deletion has moved its pzxid on.
    it("takes no token from a listing that is younger than a later contender", async () => {
      for (const number of ORDINARY.slice(0, 3)) expect(sequenceOf(await create(`before-${number}`))).toBe(number);
      const own = await create("own");
      const later = await create("later");
      await zk.delete(await create("gone"));
      const { stat } = await zk.children(parent);
      const token = tokenFromListing(stat, sequenceOf(own)) ?? (await czxidOf(own));
      expect(token).toBeLessThan(await czxidOf(later));
    });
  });
});
