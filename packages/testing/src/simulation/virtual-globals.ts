import { promisify } from "node:util";
import { VirtualClock } from "./virtual-clock.js";
import { type TimerKind, VirtualTimer } from "./virtual-timer.js";

/** What the calendar says when a virtual clock begins. */
const BEGINNING_MS = Date.UTC(2026, 0, 1);

const real = globals();

/** What the virtual globals go by: the clock of the present simulation, or of the last one. */
let clock = new VirtualClock();

// Made once per process. What goes by the time is called so often that compiling it anew for each simulation would tell.
const virtual = {
  setTimeout: Object.assign(setter("timeout"), {
    [promisify.custom]: (delayMs: number, value: unknown) =>
      new Promise((resolve) => new VirtualTimer(clock, "timeout", resolve, delayMs, [value])),
  }),
  clearTimeout: clearer(real.clearTimeout),
  setInterval: setter("interval"),
  clearInterval: clearer(real.clearInterval),
  setImmediate: Object.assign(
    (callback: () => void, ...args: unknown[]) => new VirtualTimer(clock, "immediate", callback, 0, args),
    {
      [promisify.custom]: (value: unknown) =>
        new Promise((resolve) => new VirtualTimer(clock, "immediate", resolve, 0, [value])),
    },
  ),
  clearImmediate: clearer(real.clearImmediate),
  Date: virtualDate(),
};

const virtualNow = () => clock.nowMs;

/** Puts a clock in the place of the global timers, `Date` and `performance.now()`, until the returned function is called. */
export function install(next: VirtualClock): () => void {
  const before = globals();
  const { now } = performance;
  clock = next;
  Object.assign(globalThis, virtual);
  performance.now = virtualNow;
  return () => {
    Object.assign(globalThis, before);
    performance.now = now;
  };
}

/** The globals that are replaced, as they are at present. */
function globals() {
  const { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate } = globalThis;
  return { setTimeout, clearTimeout, setInterval, clearInterval, setImmediate, clearImmediate, Date: globalThis.Date };
}

function setter(kind: TimerKind): (callback: () => void, delayMs?: number, ...args: unknown[]) => VirtualTimer {
  return (callback, delayMs, ...args) => new VirtualTimer(clock, kind, callback, delayMs, args);
}

/** Timers that are none of ours were there before the simulation. */
function clearer(clearReal: (timer: NodeJS.Timeout & NodeJS.Immediate) => void): (timer: unknown) => void {
  return (timer) => {
    if (timer instanceof VirtualTimer) timer.close();
    else clearReal(timer as NodeJS.Timeout & NodeJS.Immediate);
  };
}

/** A `Date` that knows the virtual time; what it makes are dates like any other. */
function virtualDate(): DateConstructor {
  const now = () => BEGINNING_MS + clock.nowMs;
  function VirtualDate(...given: unknown[]): Date | string {
    if (new.target === undefined) return new real.Date(now()).toString();
    const args = given.length === 0 ? [now()] : given;
    // A subclass has a prototype of its own, which costs.
    return new.target === (VirtualDate as unknown)
      ? new real.Date(...(args as [number]))
      : Reflect.construct(real.Date, args, new.target);
  }
  const { prototype, UTC, parse } = real.Date;
  return Object.assign(VirtualDate, { prototype, UTC, parse, now }) as unknown as DateConstructor;
}
