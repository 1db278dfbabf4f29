/** What the worker thread of a fault proxy runs. The thread that started it stops it by ending the worker. */
import { parentPort, workerData } from "node:worker_threads";
import { expose } from "comlink/dist/esm/comlink.mjs";
import nodeEndpoint from "comlink/dist/esm/node-adapter.mjs";
import { answer } from "../thread/answer.js";
import { faultControl } from "../thread/fault-control.js";
import type { Direction, Target, Throttle } from "./options.js";
import { TcpProxy } from "./tcp-proxy.js";

/** What the thread is started with. */
export interface ProxyThreadData {
  readonly target: Target;
  readonly port: number;
}

const { target, port } = workerData as ProxyThreadData;
const proxy = new TcpProxy(target);

const control = {
  listen: () => answer(() => proxy.listen(port)),
  cut: () => answer(() => proxy.cut()),
  refuse: () => answer(() => proxy.refuse()),
  accept: () => answer(() => proxy.accept()),
  partition: (directions: readonly Direction[]) => answer(() => proxy.partition(directions)),
  heal: () => answer(() => proxy.heal()),
  delay: (ms: number, directions: readonly Direction[]) => answer(() => proxy.delay(ms, directions)),
  throttle: (throttle: Throttle | undefined, directions: readonly Direction[]) =>
    answer(() => proxy.throttle(throttle, directions)),
  counts: () => answer(() => proxy.counts()),
  ...faultControl(proxy.faults),
};

/** What the other thread can ask for. */
export type ProxyControl = typeof control;

if (parentPort === null) throw new TypeError("this module is to be run by a worker thread");
expose(control, nodeEndpoint(parentPort));
