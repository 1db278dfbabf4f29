/**
 * Two sessions with several watches on one znode. The first is closed in the very event of the first watch, the second in
 * that of a lost connection, while the others are about to be told. By the transport itself, since a client reads before
 * it tells anybody of a watch.
 *
 * Arguments: hosts as `host:port`, path of a znode that is going to be deleted.
 */
import type { TransportEvents, TransportSession } from "@zookit/core";
import { nativeTransport } from "../../../packages/core/src/native/index.js";
import { say } from "./say.js";

const [hosts = "", path = ""] = process.argv.slice(2);
const [host = "", port = ""] = hosts.split(":");

async function watch(name: string, closeAt: "watch" | "disconnected"): Promise<void> {
  await new Promise<void>((connected) => {
    const close = (event: string) => () => {
      if (event === closeAt) void session.close().then(() => say(`${name} closed`));
    };
    const events: TransportEvents = {
      connected: () => connected(),
      disconnected: close("disconnected"),
      watch: close("watch"),
      connectFailed: () => {},
      ended: (reason) => say(`${name} ${reason}`),
    };
    const request = { hosts: [{ host, port: Number(port) }], sessionTimeoutMs: 10_000, auth: [] };
    const session: TransportSession = nativeTransport.open(request, events);
    sessions.push(session);
  });
}

const sessions: TransportSession[] = [];
await watch("first", "watch");
await watch("second", "disconnected");
for (const session of sessions) {
  const asked = { path, watch: true };
  await Promise.all([session.submit("exists", asked), session.submit("get", asked), session.submit("children", asked)]);
}
say("watching");
