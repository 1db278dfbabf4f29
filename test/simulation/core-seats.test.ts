/** Seats, the named znodes of members, when answers are lost: each member has its own, and leaves nothing behind. */
import { connect, digestAcl, type ZooKeeper } from "@zookit/core";
import { clientOf, enterSeat, leaveSeat, type Seat } from "@zookit/core/recipe";
import { type FaultPoint, type SimulatedEnsemble, simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { childrenOf, openClient, SESSION_MS } from "./support/clients.js";

const PARENT = "/seats";
const FOR_EVER = new AbortController().signal;

async function seatOf(zk: ZooKeeper): Promise<Seat> {
  await zk.ensurePath(PARENT);
  const data = () => Buffer.from("a");
  return { client: clientOf(zk), path: `${PARENT}/a`, identifier: "a", data, patienceMs: 1.5 * SESSION_MS };
}

function failNext(ensemble: SimulatedEnsemble, operation: string, point: FaultPoint): void {
  let isPlanned = true;
  ensemble.planFaults((sent) => {
    if (!isPlanned || sent.operation !== operation) return undefined;
    isPlanned = false;
    return { point, consequence: "reconnect" };
  });
}

test("whoever gives up at any moment after an answer was lost leaves no znode behind (H4, H47)", async () => {
  let gaveUp = 0;
  for (let ms = 0; ms < 40; ms++) {
    await simulate(async (ensemble, time) => {
      const zk = await openClient(ensemble);
      const seat = await seatOf(zk);
      failNext(ensemble, "create", "reply-lost");
      const stop = new AbortController();
      const entering = enterSeat(seat, stop.signal).then(
        (session) => leaveSeat(seat, session),
        () => gaveUp++,
      );
      await time.pass(ms);
      stop.abort(new Error("enough"));
      await entering;
      expect(childrenOf(ensemble, PARENT), `given up after ${ms} ms`).toEqual([]);
      await zk.close();
    });
  }
  // The repeated create is on its way for some of them, and answered for the last ones.
  expect(gaveUp).toBeGreaterThan(15);
  expect(gaveUp).toBeLessThan(40);
});

test.each(["lost", "reply-lost", "late"] as const)(
  "a member never takes over another's seat in its session, and does not delete it: the create is %s (H50, H81)",
  async (point) => {
    await simulate(async (ensemble, time) => {
      const zk = await openClient(ensemble);
      const seat = await seatOf(zk);
      const session = await enterSeat(seat, FOR_EVER);
      failNext(ensemble, "create", point);
      await expect(enterSeat({ ...seat }, FOR_EVER)).rejects.toMatchObject({ code: "duplicate-member" });
      await time.pass(500);
      expect(childrenOf(ensemble, PARENT)).toEqual(["a"]);
      await leaveSeat(seat, session);
      expect(childrenOf(ensemble, PARENT)).toEqual([]);
      await zk.close();
    });
  },
);

test("whoever has left already does not delete the seat of the next member in its session (H50)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const [seat, next] = [await seatOf(zk), await seatOf(zk)];
    const session = await enterSeat(seat, FOR_EVER);
    failNext(ensemble, "delete", "reply-lost");
    const leaving = leaveSeat(seat, session);
    await enterSeat(next, FOR_EVER);
    await leaving;
    await leaveSeat(seat, session);
    await time.pass(500);
    expect(childrenOf(ensemble, PARENT)).toEqual(["a"]);
    await zk.close();
  });
});

test("a seat whose access control list was not even sent when the connection was lost is its member's all the same (H8, H47)", async () => {
  for (let ms = 0; ms < 8; ms++) {
    await simulate(
      async (ensemble, time) => {
        const zk = await connect("simulated", {
          transport: ensemble.transport,
          sessionTimeoutMs: SESSION_MS,
          auth: { scheme: "digest", credentials: "a:secret" },
          acl: [digestAcl("a", "secret")],
        });
        const seat = await seatOf(zk);
        const entering = enterSeat(seat, FOR_EVER);
        await time.pass(0);
        // The list is its own request, and has to wait for its turn behind these.
        const busy = Array.from({ length: 300 }, () => zk.exists("/"));
        await time.pass(ms);
        ensemble.dropConnection(zk.session.id);
        await leaveSeat(seat, await entering);
        await Promise.all(busy);
        expect(childrenOf(ensemble, PARENT)).toEqual([]);
        await zk.close();
      },
      // As the native binding: the list cannot travel with the create.
      { createsWithAcl: false },
    );
  }
});

test("whoever gives up after an answer was lost leaves those seats of its session whose names begin with its own (H50)", async () => {
  for (let ms = 0; ms < 10; ms++) {
    await simulate(async (ensemble, time) => {
      const zk = await openClient(ensemble);
      const seat = await seatOf(zk);
      const longer = { ...seat, path: `${seat.path}b` };
      const session = await enterSeat(longer, FOR_EVER);
      failNext(ensemble, "create", "reply-lost");
      const stop = new AbortController();
      const entering = enterSeat(seat, stop.signal).catch(() => {});
      await time.pass(ms);
      stop.abort(new Error("enough"));
      await entering;
      await time.pass(500);
      expect(childrenOf(ensemble, PARENT), `given up after ${ms} ms`).toContain("ab");
      await leaveSeat(longer, session);
      await zk.close();
    });
  }
});
