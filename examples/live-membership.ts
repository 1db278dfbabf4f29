/**
 * A service whose instances say where they are, and a caller that always knows which of them live: one that leaves is off the
 * list at once, one that crashes when its session ends.
 */
import { connect } from "@zookit/core";
import { Party } from "@zookit/party";

const SERVICE = "/zookit-examples/geocoders";
const shutdown = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => shutdown.abort(new Error(`stopped by ${name}`)));

const hosts = process.env["ZOOKEEPER_HOSTS"] ?? "127.0.0.1:2181";

/** In a service this is one process: its client, its membership. The data are whatever callers need to know. */
async function startInstance(identifier: string) {
  const zk = await connect(hosts, { signal: shutdown.signal });
  const data = `${identifier}.example.org:8080`;
  const membership = await new Party(zk, SERVICE).join({ identifier, data, signal: shutdown.signal });
  return { zk, membership };
}

await using zk = await connect(hosts, { signal: shutdown.signal });
const [one, two, three] = [await startInstance("one"), await startInstance("two"), await startInstance("three")];

// A caller follows the list. So that this example ends, what happens to the service next depends on what it sees.
for await (const { members, left } of new Party(zk, SERVICE).watch({ signal: shutdown.signal })) {
  for (const { identifier } of left) console.log(`${identifier} is gone`);
  const addresses = members.map(({ data }) => data.toString()).sort();
  console.log(`live: ${addresses.join(", ") || "none"}`);
  // It leaves in good order, and is off the list when that resolves.
  if (members.length === 3) await one.membership.leave();
  // Stands for a crash, which nobody announces: its session ends, and the servers delete its znode.
  if (members.length === 2) await two.zk.close();
  if (members.length === 1) await three.membership.leave();
  if (members.length === 0) break;
}
await Promise.all([one.zk.close(), three.zk.close()]);
