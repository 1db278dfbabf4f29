import { type BarrierMembership, BrokenBarrierError, DoubleBarrier } from "@zookit/barrier";
import type { ZooKeeper } from "@zookit/core";
import { type SimulationOptions, simulate, type VirtualTime } from "@zookit/testing";
import { checkHistory, type Filling } from "./barrier-history.js";
import { childrenOf, openClient, waitFor } from "./clients.js";
import { arrange, type Troubles } from "./trouble.js";

const PATH = "/barrier";

/** The only reason for which the story gives up. */
class GivenUp extends Error {}

export interface BarrierStory {
  readonly clients: number;
  readonly parties: number;
  /** Generations that must be completed. */
  readonly rounds: number;
  /** How long each stays inside, in virtual milliseconds. */
  readonly stayMs: number;
  readonly troubles: Troubles;
}

interface Stage {
  readonly story: BarrierStory;
  readonly time: VirtualTime;
  readonly endedEarly: ReadonlySet<string>;
  readonly waiting: Set<AbortController>;
  /** Who is inside, and in which session. */
  readonly inside: Map<BarrierMembership, string>;
  /** Participants by generation. */
  readonly entered: Map<number, Set<number>>;
  /** Generations that somebody has left together with the others. */
  readonly left: Set<number>;
  isOver: boolean;
  broken: number;
}

/**
 * Clients enter and leave one barrier again and again while troubles happen, until enough generations are over. Checked at
 * each leave: nobody is inside any more who was there and alive. Checked at the end: the history of the znodes; whoever entered
 * was counted; nothing is left behind but the register. Returns how many requests were sent.
 */
export async function barrierStory(story: BarrierStory, options: SimulationOptions = {}): Promise<number> {
  return await simulate(
    async (ensemble, time) => {
      const waiting = new Set<AbortController>();
      const endedEarly = arrange(ensemble, time, story.troubles, () => {
        for (const controller of waiting) controller.abort(new GivenUp());
      });
      const stage: Stage = {
        story,
        time,
        endedEarly,
        waiting,
        inside: new Map(),
        entered: new Map(),
        left: new Set(),
        isOver: false,
        broken: 0,
      };
      const clients = await Promise.all(Array.from({ length: story.clients }, () => openClient(ensemble)));
      await Promise.all(clients.map((zk, index) => play(zk, index, stage)));
      await waitFor(time, "nothing is left behind", () => childrenOf(ensemble, PATH).length === 0);
      checkEntered(stage, checkHistory(ensemble, PATH));
      if (story.troubles.length === 0 && stage.broken > 0) throw new Error("broken, without any trouble");
      const count = ensemble.operationCount;
      await Promise.all(clients.map((zk) => zk.close()));
      return count;
    },
    { limitMs: 200_000, ...options },
  );
}

async function play(zk: ZooKeeper, index: number, stage: Stage): Promise<void> {
  const barrier = new DoubleBarrier(zk, PATH, stage.story.parties, { identifier: `participant ${index}` });
  while (!stage.isOver) {
    try {
      const membership = await untilGivenUp(stage, (signal) => barrier.enter({ signal }));
      noteEntered(stage, membership, index, zk.session.id);
      await stage.time.pass(stage.story.stayMs);
      stage.inside.delete(membership);
      await untilGivenUp(stage, (signal) => barrier.leave({ signal }));
      noteLeft(stage, membership.generation ?? 0);
    } catch (error) {
      if (error instanceof BrokenBarrierError) stage.broken++;
      else if (!(error instanceof GivenUp)) throw error;
    }
  }
}

async function untilGivenUp<T>({ waiting }: Stage, wait: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  waiting.add(controller);
  try {
    return await wait(controller.signal);
  } finally {
    waiting.delete(controller);
  }
}

function noteEntered(stage: Stage, membership: BarrierMembership, index: number, session: string): void {
  const { generation = 0 } = membership;
  if (stage.left.has(generation)) throw new Error(`${index} entered ${generation}, which is over`);
  const together = stage.entered.get(generation) ?? new Set();
  if (together.has(index)) throw new Error(`${index} entered ${generation} twice`);
  stage.entered.set(generation, together.add(index));
  stage.inside.set(membership, session);
}

function noteLeft(stage: Stage, generation: number): void {
  for (const [other, session] of stage.inside) {
    // That its session ended early a client cannot know before it is told.
    const isAlive = !other.lost.aborted && !stage.endedEarly.has(session);
    if (other.generation === generation && isAlive) throw new Error(`somebody is still inside ${generation}`);
  }
  stage.left.add(generation);
  if (stage.left.size < stage.story.rounds || stage.isOver) return;
  stage.isOver = true;
  for (const controller of stage.waiting) controller.abort(new GivenUp());
}

function checkEntered({ entered }: Stage, fillings: readonly Filling[]): void {
  for (const [generation, together] of entered) {
    const filling = fillings.find((other) => other.generation === generation);
    if (filling === undefined) throw new Error(`${generation} was entered, but never full`);
    if (together.size > filling.members.size) throw new Error(`${together.size} entered ${generation}`);
  }
}
