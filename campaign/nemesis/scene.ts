import type { FaultProxy } from "@zookit/testing";
import type { Ensemble } from "../../test/harness/ensemble.js";
import type { Crew } from "../crew.js";
import type { Random } from "../random.js";
import type { EndedSession } from "../workloads/workload.js";
import type { FaultLog } from "./fault-log.js";

/** All that a nemesis can lay hands on. */
export interface Scene {
  readonly ensemble: Ensemble;
  /** One before each server, in the order of the servers. */
  readonly proxies: readonly FaultProxy[];
  readonly crew: Crew;
  readonly log: FaultLog;
  readonly endedSessions: EndedSession[];
  readonly sessionTimeoutMs: number;
}

/** One kind of fault: does it, waits, undoes it. */
export type Strike = (scene: Scene, random: Random) => Promise<void>;
