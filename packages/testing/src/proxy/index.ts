/** A TCP proxy that understands ZooKeeper's frames. */

export type { ProxyCounts } from "./conditions.js";
export { FaultProxy } from "./fault-proxy.js";
export type { Direction, FaultProxyOptions, Throttle } from "./options.js";
