import type { ZooKeeper } from "@zookit/core";
import type { Finding } from "../checkers/finding.js";
import type { Operation } from "../history/event.js";
import type { Recorder } from "../history/recorder.js";
import type { Random } from "../random.js";
import type { RegisterClient } from "../register/client.js";
import type { RegisterRecord } from "../register/record.js";

/** What a worker's part in a workload has to work with. */
export interface Part {
  /** Of the process; nobody else has it. */
  readonly name: string;
  readonly zk: ZooKeeper;
  /** The workload's own znode. */
  readonly root: string;
  readonly recorder: Recorder;
  readonly register: RegisterClient;
  readonly random: Random;
  /** Aborts when the part is to end. */
  readonly settling: AbortSignal;
  /** Whether nothing is made to fail now. */
  isCalm(): boolean;
  /** Tells the nemesis what is worth its while. */
  holds(what: string, isHeld: boolean): void;
  /** Waits; ends early, without an error, when the part is to end. */
  pause(ms: number): Promise<void>;
}

/** A time without faults. */
export interface CalmPeriod {
  readonly from: number;
  readonly until: number;
  /** The workers that lived all through it. */
  readonly workers: readonly string[];
}

/** A session that was ended before its time: what is promised about deadlines does not hold for it. */
export interface EndedSession {
  readonly session: string;
  /** The earliest moment at which it can have ended. */
  readonly from: number;
}

/** All that was recorded of a workload in one run. */
export interface Records {
  readonly operations: readonly Operation[];
  readonly calms: readonly CalmPeriod[];
  readonly endedSessions: readonly EndedSession[];
  readonly register: readonly RegisterRecord[];
}

export interface Examination {
  readonly findings: readonly Finding[];
  /** Checkers that came to no end: as bad as a finding. */
  readonly exhausted: readonly string[];
}

/** One recipe under fire. A file of its own for each: what a worker does, and what must be true of it. */
export interface Workload {
  readonly name: string;
  /** The operations that show that it goes on; none where only what is seen at the end of a calm does. */
  readonly progress: readonly string[];
  /** Runs until the part is to end, and has given up everything then. Rejects only for what must never happen. */
  run(part: Part): Promise<void>;
  /** What the campaign itself asks at the end, when nobody works any more; recorded as operations of its own. */
  conclude?(zk: ZooKeeper, root: string, recorder: Recorder, workersOf: "zookit" | "kazoo"): Promise<void>;
  check(records: Records): Examination;
}
