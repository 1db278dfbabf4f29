/** Faults that hit single frames of ZooKeeper's protocol: one implementation for the proxy and the test server. */
export { Faults, type PendingFault } from "./faults.js";
export type { InjectedFault } from "./injected-fault.js";
export { Interceptor } from "./interceptor.js";
export type { Lane } from "./lane.js";
export { checkRule, type FaultAction, type FaultOperation, type FaultRule, MAX_TIMER_MS } from "./rule.js";
