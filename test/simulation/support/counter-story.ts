import { ZookitError } from "@zookit/core";
import { Counter, type CounterEncoding } from "@zookit/counter";
import { type SimulationOptions, simulate } from "@zookit/testing";
import { openClient } from "./clients.js";
import { arrange, type Troubles } from "./trouble.js";

const PATH = "/counters/story";

export interface CounterStory {
  readonly clients: number;
  /** Adds of each client, one after the other. */
  readonly rounds: number;
  /** Adds that each client asks for at once, each time. */
  readonly together: number;
  readonly encoding: CounterEncoding;
  readonly troubles: Troubles;
}

/**
 * Clients add to one counter while troubles happen. At the end the value is the sum of what was acknowledged, and for what
 * was reported as unknown, of all of it or a part; values before and after are handed out once. Returns how many requests
 * were sent.
 */
export async function counterStory(story: CounterStory, options: SimulationOptions = {}): Promise<number> {
  return await simulate(
    async (ensemble, time) => {
      arrange(ensemble, time, story.troubles);
      let acknowledged = 0;
      let unknown = 0;
      const handedOut = new Set<number>();
      const add = async (counter: Counter) => {
        try {
          const { before, after } = await counter.add(1);
          if (after !== before + 1 || handedOut.has(after)) throw new Error(`${before} to ${after}, once more`);
          handedOut.add(after);
          acknowledged++;
        } catch (error) {
          if (!(error instanceof ZookitError)) throw error;
          if (story.encoding === "own" && error.code !== "timeout") throw error;
          if (error.outcome === "unknown") unknown++;
        }
      };
      const clients = await Promise.all(Array.from({ length: story.clients }, () => openClient(ensemble)));
      await Promise.all(
        clients.map(async (zk) => {
          const counter = new Counter(zk, PATH, { encoding: story.encoding });
          for (let round = 0; round < story.rounds; round++) {
            await Promise.all(Array.from({ length: story.together }, () => add(counter)));
          }
        }),
      );
      await time.pass(3_000);
      const data = ensemble.tree.read({ type: "get", path: PATH }, []).data;
      const value = decode(data ?? Buffer.alloc(0), story.encoding);
      if (value < acknowledged || value > acknowledged + unknown) {
        throw new Error(`it is ${value}, but ${acknowledged} were acknowledged and ${unknown} are unknown`);
      }
      const count = ensemble.operationCount;
      await Promise.all(clients.map((zk) => zk.close()));
      return count;
    },
    { limitMs: 400_000, ...options },
  );
}

function decode(data: Buffer, encoding: CounterEncoding): number {
  if (data.length === 0) return 0;
  if (encoding === "curator") return Number(data.readBigInt64BE());
  return encoding === "kazoo" ? Number(data) : JSON.parse(data.toString()).value;
}
