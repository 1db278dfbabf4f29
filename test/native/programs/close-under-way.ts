/**
 * Closes its client, when it is told to, while a request is under way.
 *
 * Arguments: hosts, path of the ephemeral znode to create.
 */
import { once } from "node:events";
import { connect } from "@zookit/core";
import { say } from "./say.js";

const [hosts = "", path = ""] = process.argv.slice(2);

const zk = await connect(hosts);
await zk.create(path, "", { mode: "ephemeral" });
say("created");
const reading = zk.get(path).catch(() => {});
await once(process.stdin, "data");
say("closing");
await zk.close();
await reading;
say("closed");
process.exit(0);
