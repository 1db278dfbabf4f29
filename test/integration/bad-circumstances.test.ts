/** Good arguments at a bad time: a closed client, no server, an abort that came before. A typed error, nothing changed. */
import { createServer } from "node:net";
import { connect, type ZooKeeper } from "@zookit/core";
import { Lock } from "@zookit/lock";
import type { FaultProxy } from "@zookit/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { startFaultProxy } from "../harness/fault-proxy.js";
import { sharedHosts, uniqueRoot } from "../harness/index.js";
import { OPERATIONS } from "./support/operations.js";
import { complaintAbout, rejectionOf } from "./support/refusal.js";
import { snapshot } from "./support/snapshot.js";

const CLOSED = { code: "closed", name: "ClosedError" };
const TIMEOUT = { code: "timeout", name: "TimeoutError" };

const root = uniqueRoot();
let observer: ZooKeeper;
let before: unknown;

beforeAll(async () => {
  observer = await connect(sharedHosts());
  await observer.create(`${root}/child`, "data", { parents: true });
  before = await snapshot(observer, root);
});
afterAll(async () => {
  expect(await snapshot(observer, root)).toEqual(before);
  await observer.delete(root, { recursive: true });
  await observer.close();
});

describe("after close", () => {
  let zk: ZooKeeper;
  beforeAll(async () => {
    zk = await connect(sharedHosts());
    await zk.close();
  });

  it.each(Object.entries(OPERATIONS))("%s rejects with a ClosedError, and nothing is changed", async (_, operation) => {
    expect(complaintAbout(await rejectionOf(() => operation(zk, root)), CLOSED)).toBeUndefined();
    expect(await snapshot(observer, root)).toEqual(before);
  });

  it("watches reject with a ClosedError when they are asked for a value", async () => {
    for (const stream of [zk.watchData(root), zk.watchChildren(root)]) {
      const next = () => stream[Symbol.asyncIterator]().next();
      expect(complaintAbout(await rejectionOf(next), CLOSED)).toBeUndefined();
    }
  });

  it("states yields closed, then ends", async () => {
    const states: string[] = [];
    for await (const state of zk.states()) states.push(state);
    expect(states).toEqual(["closed"]);
  });

  it("close resolves again", async () => {
    await expect(zk.close()).resolves.toBeUndefined();
  });

  it("a lock that was held is lost, its release resolves, and nothing is left of it", async () => {
    const holder = await connect(sharedHosts());
    const path = `${root}/held`;
    const handle = await new Lock(holder, path).acquire();
    await holder.close();
    expect(handle.isHeld()).toBe(false);
    expect(handle.lost.reason).toMatchObject({ code: "lock-lost", cause: { code: "closed" } });
    await handle.release();
    expect((await observer.children(path)).children).toEqual([]);
    await observer.delete(path);
    before = await snapshot(observer, root);
  });
});

describe("with a signal that has aborted before the call", () => {
  const REASONS = [new Error("the caller's own reason"), "a text", 0, null, { plain: "object" }];

  it.each(Object.entries(OPERATIONS))(
    "%s rejects with its very reason, and nothing is changed",
    async (_, operation) => {
      for (const reason of REASONS) {
        const signal = AbortSignal.abort(reason);
        expect(await rejectionOf(() => operation(observer, root, { signal }))).toBe(reason);
      }
      expect(await snapshot(observer, root)).toEqual(before);
    },
  );

  it("watches and states reject with its very reason when they are asked for a value", async () => {
    for (const reason of REASONS) {
      const signal = AbortSignal.abort(reason);
      const { watchData, watchChildren, states } = observer;
      for (const stream of [
        watchData.call(observer, root, { signal }),
        watchChildren.call(observer, root, { signal }),
        states.call(observer, { signal }),
      ]) {
        expect(await rejectionOf(() => stream[Symbol.asyncIterator]().next())).toBe(reason);
      }
    }
  });

  it("connect rejects with its very reason", async () => {
    for (const reason of REASONS) {
      expect(await rejectionOf(() => connect(sharedHosts(), { signal: AbortSignal.abort(reason) }))).toBe(reason);
    }
  });

  it("release rejects with its very reason, and gives the lock up all the same", async () => {
    const path = `${root}/released`;
    const handle = await new Lock(observer, path).acquire();
    const reason = new Error("the caller's own reason");
    expect(await rejectionOf(() => handle.release({ signal: AbortSignal.abort(reason) }))).toBe(reason);
    expect(handle.isHeld()).toBe(false);
    await handle.release();
    expect((await observer.children(path)).children).toEqual([]);
    await observer.delete(path);
    before = await snapshot(observer, root);
  });
});

describe("with a signal that aborts while the call is under way", () => {
  it.each(["a text", 0, null, new Error("an Error")])(
    "every operation rejects with its very reason: %s",
    async (reason) => {
      await using proxy = await startFaultProxy();
      await using zk = await connect(proxy.hosts);
      await proxy.partition();
      for (const [name, operation] of Object.entries(OPERATIONS)) {
        const controller = new AbortController();
        const rejection = rejectionOf(() => operation(zk, root, { signal: controller.signal }));
        setImmediate(() => controller.abort(reason));
        expect(await rejection, name).toBe(reason);
      }
      await proxy.heal();
    },
  );
});

describe("without a server", () => {
  let proxy: FaultProxy;
  beforeAll(async () => {
    proxy = await startFaultProxy();
  });
  afterAll(() => proxy.stop());

  it.each(Object.entries(OPERATIONS))(
    "%s rejects with a TimeoutError after its timeoutMs, and nothing is changed",
    async (_, operation) => {
      await using zk = await connect(proxy.hosts, { sessionTimeoutMs: 4_000 });
      await proxy.refuse();
      const { done } = await firstAfter(zk, "connected");
      expect(done).toBe(false);
      const error = await rejectionOf(() => operation(zk, root, { timeoutMs: 50 }));
      expect(complaintAbout(error, TIMEOUT)).toBeUndefined();
      await proxy.accept();
      expect(await snapshot(observer, root)).toEqual(before);
    },
  );

  it.each([
    ["a port that refuses", async () => `127.0.0.1:${await freePort()}`],
    ["a name that nobody knows", async () => "no-such-host.invalid:2181"],
    ["an address that fails at once", async () => "255.255.255.255:2181"],
    ["several of them", async () => `no-such-host.invalid:2181,255.255.255.255:2181,127.0.0.1:${await freePort()}`],
  ])("connect to %s rejects with a TimeoutError that says why (N6, N7)", async (_, hosts) => {
    const address = await hosts();
    const error = await rejectionOf(() => connect(address, { connectTimeoutMs: 600 }));
    expect(complaintAbout(error, TIMEOUT)).toBeUndefined();
    expect(error).toMatchObject({ cause: expect.any(Error) });
  });

  it("connect rejects with the reason of an abort while it tries", async () => {
    const controller = new AbortController();
    const address = `127.0.0.1:${await freePort()}`;
    const rejection = rejectionOf(() => connect(address, { signal: controller.signal }));
    setImmediate(() => controller.abort("a reason that is no Error"));
    expect(await rejection).toBe("a reason that is no Error");
  });

  it("connect takes a server that is there among others that are not", async () => {
    const hosts = `no-such-host.invalid:2181,127.0.0.1:${await freePort()},${sharedHosts()}`;
    await using zk = await connect(hosts);
    expect(zk.state).toBe("connected");
  });
});

/** The first state that is another one. */
async function firstAfter(zk: ZooKeeper, previous: string): Promise<IteratorResult<string, unknown>> {
  const states = zk.states()[Symbol.asyncIterator]();
  for (;;) {
    const next = await states.next();
    if (next.value !== previous) return next;
  }
}

/** A port on which nobody listens any more. */
async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}
