import type { Workload } from "../workload.js";

const party: Omit<Workload, "name" | "title" | "work" | "unit"> = {
  peers: ["zookit", "kazoo", "curator"],
  params: { members: 10_000 },
  quickParams: { members: 500 },
  metrics: ["durationMs", "requests", "bytesToServer", "bytesToClient", "cpuUs"],
  rounds: 3,
};

export const partyWorkloads: readonly Workload[] = [
  {
    ...party,
    name: "party-join",
    title: "Party: 10,000 members of one process join",
    work: "party-join",
    unit: "member",
    isOneShot: true,
    note: "Curator has no party of many members in a process: what joins is the `PersistentNode` that its `GroupMember` uses.",
  },
  {
    ...party,
    name: "party-list",
    title: "Party of 10,000: list the members",
    work: "party-list",
    unit: "listing",
    note: "Curator lists by filling `GroupMember`'s cache.",
  },
  {
    ...party,
    name: "party-change",
    title: "Party of 10,000: delivery of one change to a member that knows the others",
    work: "party-change",
    unit: "change",
    metrics: ["p50Ms", "requests", "bytesToClient", "cpuUs"],
    note:
      "Members join and leave in turn; the two requests of the one that does are counted too. kazoo's users learn of a change " +
      "from a `ChildrenWatch`, and list the party anew.",
    targets: [{ metric: "requests", atMost: 3.55 }],
  },
];
