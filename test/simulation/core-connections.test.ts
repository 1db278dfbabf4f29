import { connect, type OperationName, type Transport, type TransportEvents } from "@zookit/core";
import { simulate } from "@zookit/testing";
import { expect, test } from "vitest";
import { SESSION_MS, waitFor } from "./support/clients.js";

const WRITES: readonly OperationName[] = ["create", "set", "delete", "setAcl"];

test("every connection begins with a write, which a leader that was deposed does not answer (H19)", async () => {
  await simulate(async (ensemble, time) => {
    const first: OperationName[] = [];
    const zk = await connect("simulated", {
      transport: firstOfEach(ensemble.transport, (operation) => first.push(operation)),
      sessionTimeoutMs: SESSION_MS,
    });
    ensemble.dropConnection(zk.session.id);
    await zk.exists("/a");
    ensemble.expireSession(zk.session.id);
    await waitFor(time, "the next session", () => zk.session.epoch === 2 && zk.state === "connected");
    expect(first.length).toBeGreaterThanOrEqual(3);
    for (const operation of first) expect(WRITES).toContain(operation);
    await zk.close();
  });
});

/** Tells the first request on every connection. */
function firstOfEach(transport: Transport, tell: (operation: OperationName) => void): Transport {
  return {
    ...transport,
    open: (request, events) => {
      let isNew = true;
      const connected: TransportEvents["connected"] = (session) => {
        isNew = true;
        events.connected(session);
      };
      const session = transport.open(request, { ...events, connected });
      return {
        close: () => session.close(),
        submit: (operation, sent) => {
          if (isNew) tell(operation);
          isNew = false;
          return session.submit(operation, sent);
        },
      };
    },
  };
}

test("a flood of requests, which takes longer than a session, does not cost the session (H27)", async () => {
  await simulate(async (ensemble, time) => {
    const sessionTimeoutMs = 2_600;
    const zk = await connect("simulated", { transport: ensemble.transport, sessionTimeoutMs });
    const { id } = zk.session;
    await Promise.all(Array.from({ length: 1_500 }, () => zk.exists("/a")));
    expect(time.elapsedMs).toBeGreaterThan(sessionTimeoutMs);
    expect(zk.session.id).toBe(id);
    await zk.close();
  });
});

test("a session that a server puts in the place of another is not taken for it (H26)", async () => {
  await simulate(async (ensemble, time) => {
    const { transport } = ensemble;
    let substitute: string | undefined;
    const substituting: Transport = {
      ...transport,
      open: (request, events) =>
        transport.open(request, {
          ...events,
          connected: ({ id, timeoutMs }) => {
            events.connected({ id: substitute ?? id, timeoutMs });
            substitute = undefined;
          },
        }),
    };
    const zk = await connect("simulated", { transport: substituting, sessionTimeoutMs: SESSION_MS });
    const { session } = zk;
    substitute = "0xbad";
    ensemble.dropConnection(session.id);
    await waitFor(time, "the next session", () => zk.session.epoch === 2 && zk.state === "connected");
    expect(session.lost.aborted).toBe(true);
    await zk.close();
  });
});
