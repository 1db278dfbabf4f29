import type { ZooKeeper } from "@zookit/core";
import { Party } from "@zookit/party";
import { repeat } from "../node/repeat.js";
import type { ZookitWork } from "./work.js";

async function joinAll(zk: ZooKeeper, path: string, members: number): Promise<void> {
  const party = new Party(zk, path);
  await Promise.all(Array.from({ length: members }, (_, index) => party.join({ identifier: `member-${index}` })));
}

export const partyJoin: ZookitWork = async ({ connect, path, params }) => {
  const zk = await connect();
  return async () => {
    await joinAll(zk, path, params.members);
    return { operations: params.members };
  };
};

export const partyList: ZookitWork = async ({ connect, path, params }) => {
  await joinAll(await connect(), path, params.members);
  const party = new Party(await connect(), path);
  return (budgetMs) => repeat(budgetMs, () => party.members());
};

/** Members join and leave in turn; the change is delivered when another client's watch has told of it. */
export const partyChange: ZookitWork = async ({ connect, path, params }) => {
  const zk = await connect();
  await joinAll(zk, path, params.members);
  const watching = new Party(await connect(), path).watch()[Symbol.asyncIterator]();
  await watching.next();
  let leave: (() => Promise<void>) | undefined;
  const change = async (): Promise<void> => {
    if (leave === undefined) {
      const member = await new Party(zk, path).join({ identifier: "newcomer" });
      leave = () => member.leave();
    } else {
      await leave();
      leave = undefined;
    }
  };
  return (budgetMs) => repeat(budgetMs, () => Promise.all([watching.next(), change()]));
};
