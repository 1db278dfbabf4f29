import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";
import { TestingError } from "../errors.js";
import { InOrder, type Scheduler } from "./scheduler.js";
import { SimulatedEnsemble, type SimulatedEnsembleOptions } from "./simulated-ensemble.js";
import { VirtualClock } from "./virtual-clock.js";
import { install } from "./virtual-globals.js";

export interface SimulationOptions extends SimulatedEnsembleOptions {
  /** How much virtual time a simulation may take, in milliseconds, before it is taken to hang. @default 600000 */
  readonly limitMs?: number;
  /** Called after everything that happens. What it throws ends the simulation: the place to check what must always hold. */
  readonly afterEachStep?: () => void;
}

/** The clock of a simulation, for its story. */
export interface VirtualTime {
  /** Virtual milliseconds since the beginning. */
  readonly elapsedMs: number;
  /** Lets time pass while everything else goes on. */
  pass(ms: number): Promise<void>;
  /** Lets time pass while this process stands still, as a blocked event loop or SIGSTOP does: timers are late after it. */
  stall(ms: number): void;
}

/** What each message takes, in virtual milliseconds: so timers come due while messages are under way. */
const STEP_MS = 1;

let isRunning = false;

/**
 * Runs a story on a {@link SimulatedEnsemble} in virtual time: the global timers, `Date` and `performance.now()` stand
 * still while anything can happen, and jump to the next timer when nothing can. Hours pass in milliseconds. The same
 * story with the same scheduler happens in the same way each time; `Math.random` begins with the same seed.
 *
 * One simulation at a time in a process, since the timers are global.
 *
 * @throws {TestingError} `deadlock`: nothing can happen any more, or nothing has come of it within `limitMs`.
 */
export async function simulate<T>(
  story: (ensemble: SimulatedEnsemble, time: VirtualTime) => Promise<T>,
  options: SimulationOptions = {},
): Promise<T> {
  if (isRunning) throw new TestingError("invalid-argument", "one simulation at a time: the global timers are its own");
  isRunning = true;
  const clock = new VirtualClock();
  const uninstall = install(clock);
  const { random } = Math;
  const generator = xoroshiro128plus(0);
  Math.random = () => (generator.next() >>> 0) / 2 ** 32;
  try {
    const { scheduler = new InOrder() as Scheduler, limitMs = 600_000, afterEachStep = () => {} } = options;
    const ensemble = new SimulatedEnsemble({ ...options, scheduler });
    const time: VirtualTime = {
      get elapsedMs() {
        return performance.now();
      },
      pass: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
      stall: (ms) => clock.stall(ms),
    };
    let isOver = false;
    const telling = story(ensemble, time).finally(() => {
      isOver = true;
    });
    // Whoever awaits it below is told of its failure; until then it must not count as unhandled.
    telling.catch(() => {});
    await consequences();
    for (;;) {
      afterEachStep();
      if (isOver) return await telling;
      if (scheduler.count() > 0) {
        await (scheduler.waitOne?.() ?? scheduler.waitNext(1));
        await consequences();
        if (clock.pass(STEP_MS)) await consequences();
      } else if (clock.size > 0) {
        clock.passToNext();
        await consequences();
      } else throw new TestingError("deadlock", "nothing can happen any more");
      if (clock.nowMs > limitMs) throw new TestingError("deadlock", `nothing has come of it within ${limitMs} ms`);
    }
  } finally {
    Math.random = random;
    uninstall();
    isRunning = false;
    // Ticks and microtasks alone would starve the event loop of whoever runs one simulation after the other.
    await new Promise((resolve) => setImmediate(resolve));
  }
}

/** Whatever follows from the last thing that happened, before the next one does: ticks come after all microtasks. */
function consequences(): Promise<void> {
  return new Promise(atNextTick);
}

function atNextTick(resolve: () => void): void {
  process.nextTick(resolve);
}
