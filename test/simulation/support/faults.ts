import type { Consequence, FaultPoint, OperationFault } from "@zookit/testing";

const POINTS: readonly FaultPoint[] = ["lost", "reply-lost", "late", "delayed", "silence"];
const CONSEQUENCES: readonly Consequence[] = ["reconnect", "lagging", "expiry"];

/** Every point at which a request can fail, with everything that can follow. */
export const FAULTS: readonly OperationFault[] = POINTS.flatMap((point) =>
  CONSEQUENCES.map((consequence) => ({ point, consequence })),
);
