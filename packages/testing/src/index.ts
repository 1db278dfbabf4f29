export { TestingError, type TestingErrorCode } from "./errors.js";
export type { FaultAction, FaultOperation, FaultRule, InjectedFault } from "./faults/index.js";
export { type Direction, FaultProxy, type FaultProxyOptions, type ProxyCounts, type Throttle } from "./proxy/index.js";
export {
  startTestServer,
  type TestServer,
  type TestServerCounts,
  type TestServerOptions,
  type TestServerSession,
  type ZnodeCounters,
} from "./server/index.js";
export {
  type Consequence,
  type FaultPlan,
  type FaultPoint,
  type OperationFault,
  type Scheduler,
  type SentOperation,
  SimulatedEnsemble,
  type SimulatedEnsembleOptions,
  type SimulationOptions,
  simulate,
  type VirtualTime,
} from "./simulation/index.js";
