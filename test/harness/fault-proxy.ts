import { FaultProxy, type FaultRule, type InjectedFault } from "@zookit/testing";
import { sharedHosts } from "./shared.js";

/** A fault proxy before the server that the whole test run shares, or before the first of several. */
export async function startFaultProxy(hosts = sharedHosts()): Promise<FaultProxy> {
  const [target = ""] = hosts.split(",");
  return await FaultProxy.start(target);
}

/** The same fault for each of the next so many frames of its kind. */
export async function injectMany(proxy: FaultProxy, count: number, rule: FaultRule): Promise<readonly InjectedFault[]> {
  return await Promise.all(Array.from({ length: count }, () => proxy.inject(rule)));
}
