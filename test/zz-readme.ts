import { connect } from "@zookit/core";
import { Partitioner } from "@zookit/partitioner";

await using zk = await connect("127.0.0.1:39535/y");
const shutdown = AbortSignal.timeout(2_000);

const jobs = new Partitioner(zk, "/jobs", { partitions: ["invoices", "reminders", "reports"], identifier: "worker-7" });
const run = jobs.run(
  async ({ name, fencingToken, lost }) => {
    console.log(`${name} is ours, with token ${fencingToken}`);
    // Work until told to end. What is written meanwhile should carry the token.
    await new Promise((resolve) => lost.addEventListener("abort", resolve, { once: true }));
    console.log(`${name} passes on: ${lost.reason.message}`);
  },
  { signal: shutdown },
);
await run.catch((error) => console.log(`stopped: ${error.message}`));
