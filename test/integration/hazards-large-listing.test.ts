/** Parents with very many children: the answer to a listing is larger than any packet that a client may send. */
import { connect, type ZooKeeper } from "@zookit/core";
import { Lock } from "@zookit/lock";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Ensemble, startEnsemble } from "../harness/index.js";

const CHILDREN = 20_000;
const NAME_BYTES = 60;
const PARENT = "/crowded";
const CONCURRENT = 500;

const nameOf = (index: number) => String(index).padStart(NAME_BYTES, "x");

describe(`a znode with ${CHILDREN} children of ${NAME_BYTES} bytes`, () => {
  let ensemble: Ensemble;
  let writer: ZooKeeper;

  beforeAll(async () => {
    ensemble = await startEnsemble({ tickTimeMs: 500 });
    writer = await connect(ensemble.hosts, { sessionTimeoutMs: 10_000 });
    await writer.create(PARENT);
    for (let from = 0; from < CHILDREN; from += CONCURRENT) {
      const indexes = Array.from({ length: CONCURRENT }, (_, n) => from + n);
      await Promise.all(indexes.map((index) => writer.create(`${PARENT}/${nameOf(index)}`)));
    }
  });
  afterAll(async () => {
    await writer?.close();
    await ensemble?.stop();
  });

  it("is listed in full, in an answer of more than a megabyte, and the session lives on (H41)", async () => {
    await using zk = await connect(ensemble.hosts, { sessionTimeoutMs: 2_500 });
    const { children, stat } = await zk.children(PARENT);
    expect(CHILDREN * NAME_BYTES).toBeGreaterThan(2 ** 20);
    expect(new Set(children).size).toBe(CHILDREN);
    expect(stat.numChildren).toBe(CHILDREN);
    expect(zk.session.epoch).toBe(1);
  });

  it("is listed hundreds of times at once without costing the session, whose heartbeat comes in between (H27)", async () => {
    await using zk = await connect(ensemble.hosts, { sessionTimeoutMs: 4_000 });
    const listings = await Promise.all(Array.from({ length: 400 }, () => zk.children(PARENT, { timeoutMs: 50_000 })));
    expect(listings.every(({ children }) => children.length === CHILDREN)).toBe(true);
    expect(zk.session.epoch).toBe(1);
  });

  it("can be a lock all the same, which passes on to its waiter (H41)", async () => {
    await using zk = await connect(ensemble.hosts, { sessionTimeoutMs: 2_500 });
    const held = await new Lock(writer, PARENT).acquire();
    const waiting = new Lock(zk, PARENT).acquire({ timeoutMs: 20_000 });
    expect(await new Lock(zk, PARENT).tryAcquire()).toBeUndefined();
    await held.release();
    await (await waiting).release();
    expect(zk.session.epoch).toBe(1);
  });
});
