/**
 * A member of a party in a process of its own, until its standard input ends.
 *
 * Arguments: hosts, path, identifier, session timeout in ms. It prints a JSON line for each state of its membership.
 */
import { connect } from "@zookit/core";
import { Party } from "@zookit/party";

const [hosts = "", path = "", identifier = "", sessionTimeoutMs = ""] = process.argv.slice(2);

await using zk = await connect(hosts, { sessionTimeoutMs: Number(sessionTimeoutMs) });
await using membership = await new Party(zk, path).join({ identifier });
void (async () => {
  for await (const state of membership.states()) console.log(JSON.stringify({ event: state }));
})();
for await (const _ of process.stdin);
