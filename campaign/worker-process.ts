import { type ChildProcess, fork, spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, openSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { RULES } from "./checkers/rules.js";
import { type Assignment, type Order, type Report, UNHANDLED_REJECTION_CODE } from "./messages.js";
import type { Options } from "./options.js";

const program = fileURLToPath(new URL("worker.ts", import.meta.url));
const kazooProgram = fileURLToPath(new URL("kazoo/worker.py", import.meta.url));
/** Not whichever python3 comes first in PATH: Debian's kazoo is a package of the system's own interpreter. */
const PYTHON = "/usr/bin/python3";
const LOG_KEPT = 2_000;

/** The campaign's end of one worker. */
export class WorkerProcess {
  readonly name: string;
  /** What it holds that others wait for, as far as it has told. */
  readonly holding = new Set<string>();
  /** The session that it had last. */
  session = "";
  isStopped = false;
  hasSettled = false;
  /** Something is being done to it: nothing else should be. */
  isAfflicted = false;
  readonly exited: Promise<unknown>;
  readonly #child: ChildProcess;
  readonly #logFile: string;
  #mayEnd = false;

  /** @param onCrash called with the rule that it broke, and what it printed, when it ends although nobody wanted it to. */
  constructor(
    assignment: Assignment,
    workersOf: Options["workersOf"],
    logFile: string,
    onCrash: (rule: string, message: string) => void,
  ) {
    this.name = assignment.name;
    this.#logFile = logFile;
    const log = openSync(logFile, "a");
    const stdio = ["ignore", log, log, "ipc"] as const;
    // The flags of this very process, which make Node run TypeScript from the sources, are passed on by fork.
    this.#child =
      workersOf === "kazoo"
        ? spawn(PYTHON, ["-u", kazooProgram, JSON.stringify(assignment)], { stdio: [...stdio] })
        : fork(program, [JSON.stringify(assignment)], { stdio: [...stdio] });
    closeSync(log);
    this.exited = once(this.#child, "exit").catch(() => {});
    this.#child.on("message", (report: Report) => this.#hear(report));
    this.#child.on("error", (error) => onCrash(RULES.crash, String(error)));
    this.#child.on("exit", (code, signal) => {
      const rule = code === UNHANDLED_REJECTION_CODE ? RULES.unhandledRejection : RULES.crash;
      // A rejection that nobody handles is as bad at the end as it is before.
      if (!this.#mayEnd || rule !== RULES.crash) onCrash(rule, `ended by ${signal ?? code}: ${this.#lastWords()}`);
    });
  }

  get isAlive(): boolean {
    return this.#child.exitCode === null && this.#child.signalCode === null;
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  order(order: Order): void {
    if (order.order === "close") this.#mayEnd = true;
    this.#child.send(order, () => {
      // That it could not be sent shows in the exit of the process.
    });
  }

  async kill(): Promise<void> {
    this.#mayEnd = true;
    this.#child.kill("SIGKILL");
    await this.exited;
  }

  stop(): void {
    this.#child.kill("SIGSTOP");
    this.isStopped = true;
  }

  resume(): void {
    this.#child.kill("SIGCONT");
    this.isStopped = false;
  }

  #hear(report: Report): void {
    if (report.report === "session") this.session = report.id;
    else if (report.report === "settled") this.hasSettled = true;
    else if (report.isHeld) this.holding.add(report.what);
    else this.holding.delete(report.what);
  }

  #lastWords(): string {
    return readFileSync(this.#logFile, "utf8").trim().slice(-LOG_KEPT);
  }
}
