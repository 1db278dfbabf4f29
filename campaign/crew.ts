import { join } from "node:path";
import type { Finding } from "./checkers/finding.js";
import { historyPath } from "./history/read.js";
import type { Assignment, Order } from "./messages.js";
import type { Options } from "./options.js";
import type { Random } from "./random.js";
import { WorkerProcess } from "./worker-process.js";

/** Half of what happens to workers happens to those that hold something. */
const HOLDER_CHANCE = 0.6;

/** The workers. One that was killed is followed by another in its place, with a name of its own. */
export class Crew implements AsyncDisposable {
  readonly crashes: Finding[] = [];
  readonly #folder: string;
  readonly #workersOf: Options["workersOf"];
  readonly #assignment: Omit<Assignment, "name" | "historyFile">;
  readonly #places: WorkerProcess[] = [];
  readonly #counts: number[] = [];

  constructor(
    folder: string,
    { workers: size, workersOf }: Pick<Options, "workers" | "workersOf">,
    assignment: Omit<Assignment, "name" | "historyFile">,
  ) {
    this.#folder = folder;
    this.#workersOf = workersOf;
    this.#assignment = assignment;
    for (let place = 0; place < size; place++) this.#fill(place);
  }

  get workers(): readonly WorkerProcess[] {
    return this.#places;
  }

  get living(): readonly WorkerProcess[] {
    return this.#places.filter(({ isAlive }) => isAlive);
  }

  orderAll(order: Order): void {
    for (const worker of this.living) worker.order(order);
  }

  /** A worker to which something can be done, rather one that holds something; undefined where there is none. */
  victim(random: Random): WorkerProcess | undefined {
    const free = this.living.filter((worker) => !worker.isAfflicted && worker.session !== "");
    const holders = free.filter(({ holding }) => holding.size > 0);
    const [first, ...others] = random.chance(HOLDER_CHANCE) && holders.length > 0 ? holders : free;
    return first && random.pick([first, ...others]);
  }

  /** Puts a new process in the place of one that is gone. */
  replace(worker: WorkerProcess): void {
    const place = this.#places.indexOf(worker);
    if (place >= 0 && !worker.isAlive) this.#fill(place);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.living.map((worker) => worker.kill()));
  }

  #fill(place: number): void {
    const count = (this.#counts[place] ?? 0) + 1;
    this.#counts[place] = count;
    const name = `w${place}.${count}`;
    const assignment = { ...this.#assignment, name, historyFile: historyPath(join(this.#folder, "histories"), name) };
    const logFile = join(this.#folder, "logs", `${name}.log`);
    this.#places[place] = new WorkerProcess(assignment, this.#workersOf, logFile, (rule, message) =>
      this.crashes.push({ rule, where: name, message }),
    );
  }
}
