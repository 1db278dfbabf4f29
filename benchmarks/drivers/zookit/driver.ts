// zookit as a driver of the benchmarks: driver.ts TRANSPORT
import { connect } from "@zookit/core";
import { serve } from "../node/serve.js";
import { doubleBarrier } from "./barrier.js";
import { counter } from "./counter.js";
import { electionLead, electionPass } from "./election.js";
import { handOver, idle, lockCycle, lockFair, lockMany, lockTasks } from "./lock.js";
import { memoryHeld, memoryWaiting, memoryWatching } from "./memory.js";
import { partitioner } from "./partitioner.js";
import { partyChange, partyJoin, partyList } from "./party.js";
import { semaphore } from "./semaphore.js";
import { transportNamed } from "./transports.js";

const [name = ""] = process.argv.slice(2);
const transport = transportNamed(name);

await serve({
  works: {
    "lock-cycle": lockCycle,
    "lock-tasks": lockTasks,
    "lock-fair": lockFair,
    "lock-many": lockMany,
    "hand-over": handOver,
    semaphore,
    counter,
    "party-join": partyJoin,
    "party-list": partyList,
    "party-change": partyChange,
    "election-pass": electionPass,
    "election-lead": electionLead,
    "double-barrier": doubleBarrier,
    partitioner,
    "memory-held": memoryHeld,
    "memory-waiting": memoryWaiting,
    "memory-watching": memoryWatching,
    idle,
  },
  connect: (hosts, sessionTimeoutMs) => connect(hosts, { sessionTimeoutMs, transport }),
  close: (zk) => zk.close(),
});
