import { expect, test } from "vitest";
import { connect } from "./connect.js";
import type { Transport, TransportEvents } from "./transport.js";

test("a repeatable write that the client gives up because its credentials are refused ends in unknown if an answer was lost (H9)", async () => {
  let events: TransportEvents | undefined;
  const transport: Transport = {
    name: "scripted",
    capabilities: new Set(),
    open: (_, given) => {
      events = given;
      setImmediate(() => given.connected({ id: "0x1", timeoutMs: 10_000 }));
      return {
        // The write that a connection begins with is answered, the answer to the create is lost.
        submit: async (operation) => {
          if (operation === "delete") return { code: -101, sent: true };
          events?.disconnected();
          setImmediate(() => events?.ended("auth-failed"));
          return { code: -4, sent: true };
        },
        close: async () => {},
      };
    },
  };
  const zk = await connect("scripted", { transport });
  await expect(zk.ensurePath("/a")).rejects.toMatchObject({ code: "auth-failed", outcome: "unknown" });
});
