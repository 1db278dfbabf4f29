export type { Consequence, FaultPlan, FaultPoint, OperationFault, SentOperation } from "./operation-fault.js";
export type { Scheduler } from "./scheduler.js";
export { type SimulationOptions, simulate, type VirtualTime } from "./simulate.js";
export { SimulatedEnsemble, type SimulatedEnsembleOptions } from "./simulated-ensemble.js";
