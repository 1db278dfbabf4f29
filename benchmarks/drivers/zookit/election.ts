import { Election, type Leadership } from "@zookit/election";
import { connectAll, type ZookitWork } from "./work.js";

/** Each contender is elected once, and resigns at once. */
export const electionPass: ZookitWork = async ({ connect, path, params }) => {
  const clients = await connectAll(connect, params.clients);
  const elections = clients.map((zk) => new Election(zk, path));
  return async () => {
    const [acquiredNs, releasedNs]: [number[], number[]] = [[], []];
    const passOn = async (election: Election): Promise<void> => {
      const leadership = await election.campaign();
      acquiredNs.push(Number(process.hrtime.bigint()));
      releasedNs.push(Number(process.hrtime.bigint()));
      await leadership.resign();
    };
    await Promise.all(elections.map(passOn));
    return { operations: elections.length, acquiredNs, releasedNs };
  };
};

/** Leads until it is killed, or the session is closed. */
export const electionLead: ZookitWork = async ({ connect, path }) => {
  const election = new Election(await connect(), path);
  const held: Leadership[] = [];
  return async () => {
    held.push(await election.campaign());
    return { operations: 1, acquiredNs: [Number(process.hrtime.bigint())] };
  };
};
