/**
 * A process that ends without closing its client, once it is told to.
 *
 * Arguments: hosts, path of the ephemeral znode to create, and how to end: `exit` or `throw`.
 */
import { once } from "node:events";
import { connect } from "@zookit/core";

const [hosts = "", path = "", how = ""] = process.argv.slice(2);

const zk = await connect(hosts, { sessionTimeoutMs: 4_000 });
await zk.create(path, "", { mode: "ephemeral" });
console.log(JSON.stringify({ event: "created" }));
await once(process.stdin, "data");
if (how === "exit") process.exit(0);
setImmediate(() => {
  throw new Error("nobody catches this");
});
