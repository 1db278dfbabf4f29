/**
 * Closes its client and exits in one go, when it is told something.
 *
 * Arguments: hosts, path of the ephemeral znode to create, when: at the `answer` to its creation, or at an `event`, which is
 * that it was changed.
 */
import { connect } from "@zookit/core";
import { say } from "./say.js";

const [hosts = "", path = "", when = ""] = process.argv.slice(2);

const zk = await connect(hosts);
function closeAndExit(): void {
  void zk.close();
  process.exit(0);
}

if (when === "event") {
  await zk.create(path, "", { mode: "ephemeral" });
  const values = zk.watchData(path)[Symbol.asyncIterator]();
  await values.next();
  say("watching");
  await values.next();
  closeAndExit();
} else {
  void zk.create(path, "", { mode: "ephemeral" }).then(closeAndExit);
}
