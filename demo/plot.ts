import type { Chronicle } from "./chronicle.js";
import { monotonicMs } from "./happening.js";
import { ownersOf } from "./owners.js";
import type { WorkerProcess } from "./worker-process.js";

export interface Scene {
  /** Those that begin together. */
  readonly founders: readonly WorkerProcess[];
  readonly newcomer: WorkerProcess;
  readonly chronicle: Chronicle;
  /** Jobs of all partitions. */
  readonly total: number;
  /** As negotiated with the servers. */
  readonly sessionTimeoutMs: number;
  readonly signal: AbortSignal;
}

export interface Victims {
  readonly killed: string;
  readonly frozen: string;
}

/**
 * What befalls the workers: one more joins, the leader is killed, and another one is frozen in the middle of a job and thawed
 * when others have taken its partition over. Resolves when the rest has finished.
 */
export async function play(scene: Scene): Promise<Victims> {
  const { founders, newcomer, chronicle, total, signal } = scene;
  const until = async (isTrue: () => boolean) => await chronicle.until(isTrue, signal);
  const reach = async (share: number) => await until(() => chronicle.count("did") >= total * share);

  for (const founder of founders) founder.order({ order: "go" });

  await reach(1 / 6);
  chronicle.add({ at: monotonicMs(), who: newcomer.name, kind: "joins" });
  newcomer.order({ order: "go" });
  await until(() => chronicle.count("takes", newcomer.name) > 0);

  await reach(1 / 3);
  const killed = leaderAmong(founders, chronicle);
  const terms = chronicle.count("leads");
  killed.kill();
  await until(
    () => chronicle.count("leads") > terms && ![...ownersOf(chronicle.happenings).values()].includes(killed.name),
  );

  await reach(1 / 2);
  const leader = leaderAmong([...founders, newcomer], chronicle);
  const frozen = founders.find((one) => one !== killed && one !== leader);
  if (frozen === undefined) throw new Error("too few workers");
  const partition = await catchInside(scene, frozen);
  frozen.freeze();
  const done = () => chronicle.of("did").filter((one) => one.partition === partition && one.who !== frozen.name).length;
  const doneBefore = done();
  await until(() => done() > doneBefore);
  frozen.thaw();

  const survivors = [...founders, newcomer].filter((one) => one !== killed);
  await until(() => survivors.every(({ name }) => chronicle.count("finished", name) > 0));
  await Promise.all(survivors.map(async (survivor) => await survivor.exited()));
  return { killed: killed.name, frozen: frozen.name };
}

function leaderAmong(workers: readonly WorkerProcess[], chronicle: Chronicle): WorkerProcess {
  const name = chronicle.of("leads").at(-1)?.who;
  const leader = workers.find((worker) => worker.name === name);
  if (leader === undefined) throw new Error("nobody leads");
  return leader;
}

/** Lets the worker think for long in its next job, and resolves with the partition when it is in there, between reading and writing. */
async function catchInside({ chronicle, sessionTimeoutMs, signal }: Scene, worker: WorkerProcess): Promise<string> {
  worker.order({ order: "linger", forMs: sessionTimeoutMs });
  await chronicle.until(() => chronicle.count("lingers", worker.name) > 0, signal);
  return chronicle.of("lingers", worker.name)[0]?.partition ?? "";
}
