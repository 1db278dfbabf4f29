/**
 * A client that meets whatever makes the C client write to its log: an address that fails, a lost connection, requests that
 * are refused, a session that ends. It says nothing but what it is told to say.
 *
 * Arguments: hosts, path of a znode that is not there.
 */
import { createInterface } from "node:readline";
import { connect } from "@zookit/core";
import { say } from "./say.js";

const [hosts = "", path = ""] = process.argv.slice(2);

const auth = { scheme: "digest", credentials: "a:b" };
const zk = await connect(`255.255.255.255:2181,${hosts}`, { auth });
say(zk.session.id);
const watching = zk.watchData(path)[Symbol.asyncIterator]();
await watching.next();
for await (const line of createInterface(process.stdin)) {
  if (line === "end") break;
  await zk.get(path).catch(() => {});
  for await (const state of zk.states()) if (state === "connected") break;
  say(line);
}
await zk.create(path, "x");
await watching.next();
await zk.close();
process.exit(0);
