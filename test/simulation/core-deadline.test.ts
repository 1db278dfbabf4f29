import { simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { openClient, SESSION_MS } from "./support/clients.js";

test("the deadline counts from when a request was sent, however late its answer comes (H12)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    let sentAt = 0;
    ensemble.planFaults(() => {
      if (sentAt > 0) return undefined;
      sentAt = time.elapsedMs;
      return { point: "delayed", consequence: "reconnect" };
    });
    await zk.sync("/");
    expect(time.elapsedMs).toBeGreaterThan(sentAt + SESSION_MS / 4);
    expect(zk.session.validUntil).toBeLessThan(sentAt + SESSION_MS);
    await zk.close();
  });
});

test("an answer that is read after a suspension past the deadline comes too late to move it (H14, H16)", async () => {
  await simulate(async (ensemble, time) => {
    const zk = await openClient(ensemble);
    await time.pass(200);
    const { session } = zk;
    const { validUntil } = session;
    const syncing = zk.sync("/");
    await time.pass(0);
    expect(session.validUntil).toBe(validUntil);
    // The machine is suspended while it is under way: only the wall clock goes on, and no timer comes due.
    const { now } = Date;
    const suspendedMs = validUntil - time.elapsedMs + 1;
    Date.now = () => now() + suspendedMs;
    await syncing;
    expect(session.lost.aborted).toBe(true);
    expect(session.validUntil).toBe(0);
    await zk.close();
  });
});
