/** Streams of what is there now, of core and of the recipes, while the reader's connection comes and goes. */
import type { ZooKeeper } from "@zookit/core";
import { Counter } from "@zookit/counter";
import { Election, type Leadership } from "@zookit/election";
import { type Membership, Party } from "@zookit/party";
import { simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { openClient, waitFor } from "./support/clients.js";

interface Flowing {
  /** Makes the next state, a higher number each time. */
  readonly write: (value: number) => Promise<unknown>;
  /** The states, as numbers. */
  readonly read: (zk: ZooKeeper, signal: AbortSignal) => AsyncIterable<number>;
}

async function* mapped<T>(items: AsyncIterable<T>, numberOf: (item: T) => number): AsyncIterable<number> {
  for await (const item of items) yield numberOf(item);
}

const STREAMS: Readonly<Record<string, (writer: ZooKeeper) => Promise<Flowing>>> = {
  watchData: async (writer) => {
    await writer.create("/a", "0");
    return {
      write: (value) => writer.set("/a", String(value)),
      read: (zk, signal) => mapped(zk.watchData("/a", { signal }), (found) => Number(found?.data)),
    };
  },
  watchChildren: async (writer) => {
    await writer.create("/a");
    return {
      write: (value) => writer.create(`/a/${value}`),
      read: (zk, signal) => mapped(zk.watchChildren("/a", { signal }), (found) => found?.children.length ?? -1),
    };
  },
  "Election.observe": async (writer) => {
    const leadership: Leadership = await new Election(writer, "/a").campaign();
    await leadership.proclaim("0");
    return {
      write: (value) => leadership.proclaim(String(value)),
      read: (zk, signal) => mapped(new Election(zk, "/a").observe({ signal }), (leader) => Number(leader?.data)),
    };
  },
  "Party.watch": async (writer) => {
    const membership: Membership = await new Party(writer, "/a").join({ data: "0" });
    return {
      write: (value) => membership.update(String(value)),
      read: (zk, signal) => mapped(new Party(zk, "/a").watch({ signal }), ({ members }) => Number(members[0]?.data)),
    };
  },
  "Counter.watch": async (writer) => {
    const counter = new Counter(writer, "/a");
    return {
      write: () => counter.increment(),
      read: (zk, signal) => mapped(new Counter(zk, "/a").watch({ signal }), (value) => value),
    };
  },
};

const cases = Object.entries(STREAMS).flatMap(([name, begin]) =>
  (["reconnect", "lagging", "expiry"] as const).map((consequence) => [name, consequence, begin] as const),
);

test.each(cases)(
  "%s ends up with the last state, whenever its connection is lost: %s (H79)",
  async (_, consequence, begin) => {
    await simulate(async (ensemble, time) => {
      const [writer, reader] = [await openClient(ensemble), await openClient(ensemble)];
      const { write, read } = await begin(writer);
      const seen: number[] = [];
      const stop = new AbortController();
      const reading = (async () => {
        for await (const value of read(reader, stop.signal)) seen.push(value);
      })().catch((error) => error);
      let requests = 0;
      // Each third request of the reader is the last one on its connection.
      ensemble.planFaults(({ session }) =>
        session === writer.session.id || ++requests % 3 > 0 ? undefined : { point: "reply-lost", consequence },
      );
      for (let value = 1; value <= 12; value++) {
        await write(value);
        // From no time to enough for several reads: the loss falls between any two of its steps.
        await time.pass((value * 7) % 40);
      }
      ensemble.planFaults(() => undefined);
      await waitFor(time, "the state before the last", () => seen.at(-1) === 12);
      // Gone while nothing else happens: no event tells what was missed.
      ensemble.dropConnection(reader.session.id);
      await write(13);
      await waitFor(time, "the last state", () => seen.at(-1) === 13);
      expect(seen).toEqual([...seen].sort((a, b) => a - b));
      const enough = new Error("seen enough");
      stop.abort(enough);
      expect(await reading).toBe(enough);
      await Promise.all([writer.close(), reader.close()]);
    });
  },
);
