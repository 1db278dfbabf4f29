/** watchData, watchChildren and states on a real server: the latest value, again after each change, for ever. */
import { getEventListeners } from "node:events";
import { connect, type NodeChildren, type NodeData, type ZooKeeper } from "@zookit/core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot, waitUntil } from "../harness/index.js";

let zk: ZooKeeper;
let other: ZooKeeper;
let root: string;

beforeAll(async () => {
  [zk, other] = await Promise.all([connect(sharedHosts()), connect(sharedHosts())]);
});
afterAll(async () => {
  await Promise.all([zk.close(), other.close()]);
});
beforeEach(async () => {
  root = uniqueRoot();
  await other.create(root);
});
afterEach(async () => {
  await other.delete(root, { recursive: true });
});

/** Reads a stream by hand, one text for each value. */
function reader<T>(
  stream: AsyncIterable<T>,
  text: (value: T) => string,
): { next(): Promise<string>; end(): Promise<void> } {
  const iterator = stream[Symbol.asyncIterator]();
  return {
    next: async () => {
      const { value, done } = await iterator.next();
      return done ? "(end)" : text(value);
    },
    end: async () => {
      await iterator.return?.();
    },
  };
}

const dataOf = (node: NodeData | undefined) => (node === undefined ? "(none)" : String(node.data));
const namesOf = (node: NodeChildren | undefined) => node?.children.toSorted().join() ?? "(none)";

describe("watchData", () => {
  it("yields the present value, then each change that is waited for", async () => {
    const path = await other.create(`${root}/a`, "0");
    const values = reader(zk.watchData(path), dataOf);
    expect(await values.next()).toBe("0");
    for (const data of ["1", "2", "3"]) {
      const next = values.next();
      await other.set(path, data);
      expect(await next).toBe(data);
    }
    await values.end();
  });

  it("yields undefined while there is no znode, and sees it come and go", async () => {
    const path = `${root}/later`;
    const values = reader(zk.watchData(path), dataOf);
    expect(await values.next()).toBe("(none)");
    const created = values.next();
    await other.create(path, "here");
    expect(await created).toBe("here");
    const deleted = values.next();
    await other.delete(path);
    expect(await deleted).toBe("(none)");
    await values.end();
  });

  it("sees a znode that was deleted and made again with the same data at version 0 (H42)", async () => {
    const path = await other.create(`${root}/again`, "same");
    const stats: unknown[] = [];
    const values = reader(zk.watchData(path), (node) => {
      stats.push(node?.stat.czxid);
      return dataOf(node);
    });
    expect(await values.next()).toBe("same");
    await other.delete(path);
    await other.create(path, "same");
    expect(await values.next()).toBe("same");
    expect(new Set(stats).size).toBe(2);
    await values.end();
  });

  it("sees a set to equal bytes, which is a change of its version", async () => {
    const path = await other.create(`${root}/equal`, "x");
    const values = reader(zk.watchData(path), (node) => String(node?.stat.version));
    expect(await values.next()).toBe("0");
    await other.set(path, "x");
    expect(await values.next()).toBe("1");
    await values.end();
  });

  it("does not wake for children, and watchChildren not for data", async () => {
    const data = reader(zk.watchData(root), dataOf);
    const children = reader(zk.watchChildren(root), namesOf);
    expect([await data.next(), await children.next()]).toEqual(["", ""]);
    const next = [data.next(), children.next()];
    await other.set(root, "data");
    await other.create(`${root}/child`);
    expect(await Promise.all(next)).toEqual(["data", "child"]);
    await Promise.all([data.end(), children.end()]);
  });

  it("lets a slow reader skip what was overtaken (H32)", async () => {
    const path = await other.create(`${root}/fast`, "0");
    const values = reader(zk.watchData(path), dataOf);
    expect(await values.next()).toBe("0");
    for (let n = 1; n <= 30; n++) await other.set(path, String(n));
    await zk.sync(path);
    expect(await values.next()).toBe("30");
    await values.end();
  });

  it("serves several readers of one path, each at its own pace, also when one of them leaves (H53)", async () => {
    const path = await other.create(`${root}/shared`, "0");
    const [a, b] = [reader(zk.watchData(path), dataOf), reader(zk.watchData(path), dataOf)];
    expect([await a.next(), await b.next()]).toEqual(["0", "0"]);
    const next = b.next();
    await a.end();
    await other.set(path, "1");
    expect(await next).toBe("1");
    await b.end();
  });
});

describe("watchChildren", () => {
  it("yields the names, again after each creation and deletion of a child", async () => {
    const values = reader(zk.watchChildren(root), namesOf);
    expect(await values.next()).toBe("");
    const steps: [string, () => Promise<unknown>][] = [
      ["a", () => other.create(`${root}/a`)],
      ["a,b", () => other.create(`${root}/b`)],
      ["b", () => other.delete(`${root}/a`)],
    ];
    for (const [names, step] of steps) {
      const next = values.next();
      await step();
      expect(await next).toBe(names);
    }
    await values.end();
  });

  it("sees the znode go, and come back", async () => {
    const path = await other.create(`${root}/parent`);
    const values = reader(zk.watchChildren(path), namesOf);
    expect(await values.next()).toBe("");
    const gone = values.next();
    await other.delete(path);
    expect(await gone).toBe("(none)");
    const back = values.next();
    await other.create(path);
    expect(await back).toBe("");
    await values.end();
  });
});

describe("ending a stream", () => {
  const STREAMS: Readonly<Record<string, (signal?: AbortSignal) => AsyncIterable<unknown>>> = {
    watchData: (signal) => zk.watchData(root, { signal }),
    watchChildren: (signal) => zk.watchChildren(root, { signal }),
    "watchData of nothing": (signal) => zk.watchData(`${root}/nothing`, { signal }),
    states: (signal) => zk.states({ signal }),
  };

  it.each(Object.entries(STREAMS))(
    "%s: an abort rejects the pending value with its very reason, and leaves no listener",
    async (_, open) => {
      for (const reason of [new Error("the caller's own reason"), "a text"]) {
        const controller = new AbortController();
        const iterator = open(controller.signal)[Symbol.asyncIterator]();
        await iterator.next();
        const pending = iterator.next();
        await waitUntil(() => getEventListeners(controller.signal, "abort").length > 0, {
          what: "the value is waited for",
        });
        controller.abort(reason);
        await expect(pending).rejects.toBe(reason);
        expect(getEventListeners(controller.signal, "abort")).toHaveLength(0);
        expect(await iterator.next()).toEqual({ value: undefined, done: true });
      }
    },
  );

  it.each(Object.entries(STREAMS))("%s: leaving the loop ends it, and leaves no listener", async (_, open) => {
    const { signal } = new AbortController();
    for await (const _value of open(signal)) break;
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });

  it("closing the client rejects watches with a ClosedError", async () => {
    const closing = await connect(sharedHosts());
    const streams = [closing.watchData(root), closing.watchChildren(root)].map((stream) =>
      stream[Symbol.asyncIterator](),
    );
    await Promise.all(streams.map((stream) => stream.next()));
    const pending = streams.map((stream) => stream.next());
    const expectations = pending.map((next) =>
      expect(next).rejects.toMatchObject({ name: "ClosedError", code: "closed" }),
    );
    await closing.close();
    await Promise.all(expectations);
  });
});
