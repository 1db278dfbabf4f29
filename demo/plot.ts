import type { Lock } from "@zookit/lock";
import type { Chronicle } from "./chronicle.js";
import { monotonicMs } from "./happening.js";
import type { Service } from "./service.js";

export interface Scene {
  readonly services: readonly Service[];
  readonly chronicle: Chronicle;
  /** The lock, to look at its queue. */
  readonly lock: Lock;
  readonly appends: number;
  /** As negotiated with the servers. */
  readonly sessionTimeoutMs: number;
  readonly signal: AbortSignal;
}

export interface Victims {
  readonly killed: string;
  readonly frozen: string;
}

/**
 * What befalls the services: one is killed inside its block, later another one is frozen inside its block and thawed when
 * others have moved on. Resolves when the rest has finished.
 */
export async function play(scene: Scene): Promise<Victims> {
  const { services, chronicle, appends, signal } = scene;
  const [killed, frozen] = [services[1], services.at(-1)];
  if (killed === undefined || frozen === undefined) throw new Error("too few services");
  const appended = () => chronicle.count("appended");
  const reach = async (count: number) => await chronicle.until(() => appended() >= count, signal);
  const total = services.length * appends;

  for (const service of services) service.order({ order: "go" });

  await reach(Math.floor(total / 5));
  await catchInside(scene, killed);
  killed.kill();
  await showQueue(scene, killed);

  await reach(appended() + Math.floor(total / 5));
  await catchInside(scene, frozen);
  frozen.freeze();
  await showQueue(scene, frozen);
  await reach(appended() + 2 * (services.length - 2));
  frozen.thaw();

  const survivors = services.filter((service) => service !== killed);
  await chronicle.until(() => survivors.every(({ name }) => chronicle.count("finished", name) > 0), signal);
  await Promise.all(survivors.map(async (service) => await service.exited()));
  return { killed: killed.name, frozen: frozen.name };
}

/** Lets the service think for long in its next block, and resolves when it is in there, between reading and writing. */
async function catchInside({ chronicle, sessionTimeoutMs, signal }: Scene, service: Service): Promise<void> {
  service.order({ order: "linger", forMs: sessionTimeoutMs });
  await chronicle.until(() => chronicle.count("lingers", service.name) > 0, signal);
}

async function showQueue({ lock, chronicle, signal }: Scene, { name }: Service): Promise<void> {
  const contenders = await lock.contenders({ signal });
  const names = contenders.map(({ identifier }) => identifier);
  chronicle.add({ at: monotonicMs(), who: name, kind: "queue", names });
}
