import { TestingError } from "../errors.js";
import type { FaultRule, Faults, InjectedFault, PendingFault } from "../faults/index.js";
import { type Answer, answer } from "./answer.js";
import type { RemoteThread } from "./remote-thread.js";

/** How another thread injects faults: by numbers, since a promise does not travel. */
export interface FaultControl {
  inject(rule: FaultRule): Promise<Answer<number>>;
  happened(id: number): Promise<Answer<void>>;
  release(id: number): Promise<Answer<void>>;
  cancel(id: number): Promise<Answer<void>>;
}

/** For the thread that has the faults, or has yet to load them. */
export function faultControl(faults: Faults | (() => Promise<Faults>)): FaultControl {
  const pending = new Map<number, PendingFault>();
  const faultOf = (id: number): PendingFault => {
    const fault = pending.get(id);
    if (fault === undefined) throw new TestingError("invalid-argument", `there is no fault ${id}`);
    return fault;
  };
  return {
    inject: (rule) =>
      answer(async () => {
        const fault = (typeof faults === "function" ? await faults() : faults).add(rule);
        pending.set(fault.id, fault);
        return fault.id;
      }),
    happened: (id) => answer(() => faultOf(id).happened),
    release: (id) => answer(() => faultOf(id).release()),
    cancel: (id) => answer(() => faultOf(id).cancel()),
  };
}

/** For the other thread: asks for a fault, which is in force when this resolves. */
export async function injectFault(thread: RemoteThread<FaultControl>, rule: FaultRule): Promise<InjectedFault> {
  const id = await thread.call((control) => control.inject(rule));
  const happened = thread.call((control) => control.happened(id));
  // Whoever does not wait for the fault need not be told that it never came.
  happened.catch(() => undefined);
  return {
    happened,
    release: () => thread.call((control) => control.release(id)),
    cancel: () => thread.call((control) => control.cancel(id)),
  };
}
