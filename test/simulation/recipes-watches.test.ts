import { clientOf } from "@zookit/core/recipe";
import { Election } from "@zookit/election";
import { Party } from "@zookit/party";
import { simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { openClient } from "./support/clients.js";

test("whoever gives up watching while it reads leaves no reader behind (H37)", async () => {
  await simulate(async (ensemble, time) => {
    const [zk, other] = [await openClient(ensemble), await openClient(ensemble)];
    const memberships = [];
    for (const identifier of ["a", "b", "c"]) memberships.push(await new Party(other, "/party").join({ identifier }));
    const leadership = await new Election(other, "/election").campaign();
    const { session } = clientOf(zk);
    const live = new Set<object>();
    const watch = session.watch.bind(session);
    session.watch = (kind, path) => {
      const made = watch(kind, path);
      live.add(made);
      void made.fired.then(() => live.delete(made));
      return {
        fired: made.fired,
        cancel: () => {
          made.cancel();
          live.delete(made);
        },
      };
    };
    for (let ms = 0; ms < 12; ms++) {
      await new Party(zk, "/party").waitFor(9, { timeoutMs: ms }).catch(() => {});
      const stop = new AbortController();
      const observing = new Election(zk, "/election").observe({ signal: stop.signal })[Symbol.asyncIterator]();
      const seen = observing.next().catch(() => {});
      await time.pass(ms);
      stop.abort(new Error("enough"));
      await seen;
      await observing.next().catch(() => {});
      await time.pass(100);
      expect([ms, live.size]).toEqual([ms, 0]);
    }
    expect(leadership.isHeld()).toBe(true);
    await Promise.all(memberships.map((membership) => membership.leave()));
    await Promise.all([zk.close(), other.close()]);
  });
});
