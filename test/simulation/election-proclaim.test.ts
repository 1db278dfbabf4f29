import { Election } from "@zookit/election";
import { simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { openClient, SESSION_MS, waitFor } from "./support/clients.js";
import { FAULTS } from "./support/faults.js";

const PATH = "/election";

test.each(FAULTS)(
  "what is proclaimed stands in this term or in none, and the latest wins: $point, then $consequence (H22)",
  async (fault) => {
    await simulate(async (ensemble, time) => {
      const zk = await openClient(ensemble);
      const election = new Election(zk, PATH, { identifier: "a" });
      const first = await election.campaign();
      let isDone = false;
      ensemble.planFaults(({ operation }) => {
        if (isDone || operation !== "set") return undefined;
        isDone = true;
        return fault;
      });
      const proclaimed = await Promise.allSettled([first.proclaim("earlier"), first.proclaim("later")]);
      expect(isDone).toBe(true);
      const isHeld = first.isHeld();
      for (const result of proclaimed) {
        if (isHeld) expect(result.status).toBe("fulfilled");
        else if (result.status === "rejected") expect(result.reason).toMatchObject({ code: "leadership-lost" });
      }
      if (isHeld) {
        expect(await election.leader()).toMatchObject({ identifier: "a", data: Buffer.from("later") });
        await first.resign();
      }
      const second = await election.campaign({ timeoutMs: 30_000 });
      await time.pass(2 * SESSION_MS);
      expect(await election.leader()).toMatchObject({ data: Buffer.alloc(0), fencingToken: second.fencingToken });
      await second.resign();
      await zk.close();
    });
  },
);

test("a proclamation that waits for a connection ends when the leadership is lost, not later", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const leadership = await new Election(zk, PATH).campaign();
    ensemble.partition(zk.session.id, 20_000);
    await waitFor(time, "it is suspended", () => zk.state === "suspended" || leadership.lost.aborted);
    const begun = time.elapsedMs;
    await expect(leadership.proclaim("x")).rejects.toMatchObject({ code: "leadership-lost", outcome: "unknown" });
    expect(time.elapsedMs - begun).toBeLessThan(SESSION_MS);
    await zk.close();
  });
});

test("a proclamation after the end of the leadership is refused, and nothing is sent", async () => {
  await simulate(async (ensemble) => {
    const zk = await openClient(ensemble);
    const leadership = await new Election(zk, PATH).campaign();
    await leadership.resign();
    const before = ensemble.operationCount;
    await expect(leadership.proclaim("x")).rejects.toMatchObject({ code: "leadership-lost" });
    expect(ensemble.operationCount).toBe(before);
    await zk.close();
  });
});

test("a proclamation that finds the leader's znode gone tells the leader that it does not lead (H46)", async () => {
  await simulate(async (ensemble) => {
    const [zk, other] = [await openClient(ensemble), await openClient(ensemble)];
    const leadership = await new Election(zk, PATH).campaign();
    await other.delete(leadership.path);
    await expect(leadership.proclaim("x")).rejects.toMatchObject({ code: "leadership-lost" });
    expect(leadership.isHeld()).toBe(false);
    expect(leadership.lost.aborted).toBe(true);
    await Promise.all([zk.close(), other.close()]);
  });
});

test("one that waits for its turn behind another gives up in time, and the one before it still stands", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    const election = new Election(zk, PATH);
    const leadership = await election.campaign();
    let isDone = false;
    ensemble.planFaults(({ operation }) => {
      if (isDone || operation !== "set") return undefined;
      isDone = true;
      return { point: "delayed", consequence: "reconnect" };
    });
    const first = leadership.proclaim("first");
    await expect(leadership.proclaim("second", { timeoutMs: 0 })).rejects.toMatchObject({ code: "timeout" });
    await first;
    await time.pass(100);
    expect(await election.leader()).toMatchObject({ data: Buffer.from("first") });
    await leadership.resign();
    await zk.close();
  });
});
