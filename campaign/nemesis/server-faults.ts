import { setTimeout as pause } from "node:timers/promises";
import type { Server } from "../../test/harness/ensemble.js";
import type { Random } from "../random.js";
import type { Scene, Strike } from "./scene.js";

async function target({ ensemble }: Scene, random: Random, isLeader: boolean): Promise<Server> {
  if (isLeader) return await ensemble.leader();
  const [first, ...others] = ensemble.servers;
  if (first === undefined) throw new Error("an ensemble has servers");
  return random.pick([first, ...others]);
}

function toServer(kind: string, isLeader: boolean, strike: (server: Server, random: Random) => Promise<void>): Strike {
  return async (scene, random) => {
    const server = await target(scene, random, isLeader);
    await scene.log.during(kind, `server ${server.id}`, () => strike(server, random));
    await scene.ensemble.waitUntilServing();
  };
}

async function killForAWhile(server: Server, random: Random): Promise<void> {
  await server.kill();
  await pause(random.between(0, 2_000));
  await server.start();
}

async function stopForAWhile(server: Server, random: Random): Promise<void> {
  await server.freeze();
  await pause(random.between(300, 5_000));
  await server.thaw();
}

export const killServer = toServer("server killed", false, killForAWhile);
export const killLeader = toServer("leader killed", true, killForAWhile);
export const stopServer = toServer("server stopped", false, stopForAWhile);
export const stopLeader = toServer("leader stopped", true, stopForAWhile);

/** One server after the other, each when the ones before serve again. */
export const rollingRestart: Strike = async ({ ensemble, log }) => {
  for (const server of ensemble.servers) {
    await log.during("server restarted in turn", `server ${server.id}`, () => server.restart());
    await ensemble.waitUntilServing();
  }
};
