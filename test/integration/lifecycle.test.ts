/** The end of a client, and what others see of its life: close, exit, states, diagnostics. */
import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { connect, type OperationMessage, type StateMessage, type ZooKeeper } from "@zookit/core";
import { Lock } from "@zookit/lock";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";
import { Worker } from "../harness/worker.js";

let observer: ZooKeeper;
beforeAll(async () => {
  observer = await connect(sharedHosts());
});
afterAll(async () => {
  await observer.close();
});

describe("close", () => {
  it("has deleted the client's ephemeral znodes at the server when it resolves (H28)", async () => {
    const zk = await connect(sharedHosts());
    const paths = await Promise.all([1, 2, 3].map(() => zk.create(uniqueRoot(), "", { mode: "ephemeral" })));
    await zk.close();
    for (const path of paths) expect(await observer.exists(path)).toBeUndefined();
  });

  it("can be called again, at the same time and later, and by await using", async () => {
    const path = uniqueRoot();
    {
      await using zk = await connect(sharedHosts());
      await zk.create(path, "", { mode: "ephemeral" });
      await Promise.all([zk.close(), zk.close()]);
      await zk.close();
      expect(zk.state).toBe("closed");
    }
    expect(await observer.exists(path)).toBeUndefined();
  });

  it("ends the session for its own client: lost, and valid no more", async () => {
    const zk = await connect(sharedHosts());
    const { session } = zk;
    expect(session.lost.aborted).toBe(false);
    expect(session.validUntil).toBeGreaterThan(performance.now());
    await zk.close();
    expect(session.lost.reason).toMatchObject({ code: "closed" });
    expect(session.validUntil).toBe(0);
  });

  it("rejects what is under way with a ClosedError that knows whether it may have been applied (H9)", async () => {
    const root = uniqueRoot();
    await observer.create(root);
    const zk = await connect(sharedHosts());
    const operations = [zk.set(root, "x"), zk.get(root), zk.create(`${root}/a`, "", { mode: "ephemeral" })];
    const results = Promise.allSettled(operations);
    // One turn of the microtask queue: the requests are with the transport, no answer can have been read.
    await new Promise<void>((resolve) => setImmediate(resolve));
    await zk.close();
    for (const result of await results) {
      if (result.status === "rejected") expect(result.reason).toMatchObject({ name: "ClosedError" });
    }
    expect((await observer.children(root)).children).toEqual([]);
    await observer.delete(root);
  });
});

describe("a process that exits without close", () => {
  it.each(["exit", "throw"])(
    "by %s leaves no ephemeral znode behind, long before its session times out (H29)",
    async (how) => {
      const path = uniqueRoot();
      await using worker = new Worker("exit-worker.ts", [sharedHosts(), path, how]);
      await worker.event("created");
      expect(await observer.exists(path)).toBeDefined();
      worker.tell("go");
      await worker.exited();
      await waitUntil(async () => (await observer.exists(path)) === undefined, {
        timeoutMs: 1_000,
        what: "it is gone",
      });
    },
  );
});

describe("states", () => {
  it("yields the present state, and ends after closed", async () => {
    const zk = await connect(sharedHosts());
    const states: string[] = [];
    const reading = (async () => {
      for await (const state of zk.states()) states.push(state);
    })();
    await waitUntil(() => states.length === 1, { what: "the first state is there" });
    await zk.close();
    await reading;
    expect(states).toEqual(["connected", "closed"]);
  });
});

describe("many at a time", () => {
  it("twenty locks held by one client make Node.js warn of no leak", async () => {
    const warnings: Error[] = [];
    const listen = (warning: Error) => warnings.push(warning);
    process.on("warning", listen);
    try {
      await using zk = await connect(sharedHosts());
      const paths = Array.from({ length: 20 }, () => uniqueRoot());
      const handles = await Promise.all(paths.map((path) => new Lock(zk, path).acquire()));
      await Promise.all(handles.map((handle) => handle.release()));
      await Promise.all(paths.map((path) => zk.delete(path)));
      // Warnings are emitted on the next tick.
      await new Promise((resolve) => setImmediate(resolve));
    } finally {
      process.off("warning", listen);
    }
    expect(warnings).toEqual([]);
  });
});

describe("diagnostics channels", () => {
  async function collect<T>(channel: string, run: () => Promise<void>): Promise<T[]> {
    const messages: T[] = [];
    const listen = (message: unknown) => messages.push(message as T);
    subscribe(channel, listen);
    try {
      await run();
    } finally {
      unsubscribe(channel, listen);
    }
    return messages;
  }

  it("zookit:state tells each change of a client's state", async () => {
    const messages = await collect<StateMessage>("zookit:state", async () => {
      await using _ = await connect(sharedHosts());
    });
    expect(messages).toEqual([
      { state: "connected", previous: "connecting", epoch: 1 },
      { state: "closed", previous: "connected", epoch: 1 },
    ]);
  });

  it("zookit:operation tells each request with its path at the server, its time, and its error", async () => {
    const root = uniqueRoot();
    await observer.create(root);
    await using zk = await connect(`${sharedHosts()}${root}`);
    const messages = await collect<OperationMessage>("zookit:operation", async () => {
      await zk.create("/a", "secret");
      await expect(zk.get("/missing")).rejects.toThrow();
      await zk.delete("/a");
    });
    const own = messages.filter(({ path }) => path.startsWith(root));
    expect(own).toEqual(
      (
        [
          ["create", "/a", undefined],
          ["get", "/missing", "no-node"],
          ["delete", "/a", undefined],
        ] as const
      ).map(([operation, path, error]) => ({
        operation,
        path: root + path,
        error,
        sessionId: zk.session.id,
        durationMs: expect.any(Number),
      })),
    );
    expect(JSON.stringify(messages)).not.toContain("secret");
    await observer.delete(root);
  });
});
