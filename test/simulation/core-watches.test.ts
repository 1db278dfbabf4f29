import type { ZooKeeper } from "@zookit/core";
import { simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { openClient, waitFor } from "./support/clients.js";

/** What a stream of a znode's data has shown so far. */
class Seen {
  readonly values: (string | undefined)[] = [];
  readonly #stop = new AbortController();
  readonly #end: Promise<void>;

  constructor(zk: ZooKeeper, path: string) {
    this.#end = this.#follow(zk, path).catch(() => {});
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#end;
  }

  async #follow(zk: ZooKeeper, path: string): Promise<void> {
    for await (const found of zk.watchData(path, { signal: this.#stop.signal })) {
      this.values.push(found?.data.toString());
    }
  }
}

test("a stream of what does not exist shows its creation, without any reconnect (H32)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const seen = new Seen(zk, "/a");
    await waitFor(time, "that there is nothing", () => seen.values.length === 1);
    await zk.create("/a", "made");
    await waitFor(time, "what was made", () => seen.values.length === 2);
    expect(seen.values).toEqual([undefined, "made"]);
    await seen.stop();
    await zk.close();
  });
});

test("a stream shows what was made anew while it was away, although its version is the same (H42)", async () => {
  await simulate(async (ensemble, time) => {
    const [writer, reader] = [await openClient(ensemble), await openClient(ensemble)];
    await writer.create("/a", "first");
    const seen = new Seen(reader, "/a");
    await waitFor(time, "the first value", () => seen.values.length === 1);
    ensemble.dropConnection(reader.session.id);
    await writer.delete("/a");
    await writer.create("/a", "second");
    await waitFor(time, "the second value", () => seen.values.at(-1) === "second");
    await seen.stop();
    await Promise.all([writer.close(), reader.close()]);
  });
});

test("a stream ends with its signal's reason, also where that is the end of another client's session (H35)", async () => {
  await simulate(async (ensemble) => {
    const [zk, other] = [await openClient(ensemble), await openClient(ensemble)];
    const { lost } = other.session;
    const stream = zk.watchData("/", { signal: lost })[Symbol.asyncIterator]();
    await stream.next();
    const next = stream.next();
    ensemble.expireSession(other.session.id);
    await expect(next).rejects.toMatchObject({ code: "session-lost" });
    expect(await next.catch((error) => error)).toBe(lost.reason);
    await Promise.all([zk.close(), other.close()]);
  });
});
