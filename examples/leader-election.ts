/** Several workers, one of which leads: the others stand by, and one of them takes over when it leaves, crashes or hangs. */
import { connect } from "@zookit/core";
import { Election } from "@zookit/election";

const shutdown = new AbortController();
for (const name of ["SIGINT", "SIGTERM"]) process.once(name, () => shutdown.abort(new Error(`stopped by ${name}`)));

const hosts = process.env["ZOOKEEPER_HOSTS"] ?? "127.0.0.1:2181";

/** Stands for a process of its own. It ends when it has led to the end of its work, and leaves that to the next one. */
async function worker(identifier: string): Promise<void> {
  await using zk = await connect(hosts, { signal: shutdown.signal });
  const election = new Election(zk, "/zookit-examples/scheduler", { identifier });
  await election.run(
    async (leadership, signal) => {
      await leadership.proclaim(`${identifier}.example.org:8080`);
      const leader = await election.leader();
      console.log(`${leader?.identifier} leads at ${leader?.data} in term ${leadership.fencingToken}`);
      await schedule(leadership.fencingToken, signal);
    },
    { signal: shutdown.signal },
  );
}

/** Stands for what only the leader does: it should stop on `signal`, and its storage refuse a token lower than it has seen. */
async function schedule(_fencingToken: bigint, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
}

await Promise.all(["worker-1", "worker-2", "worker-3"].map(worker));
console.log("each has led once");
