import type { OperationFault, SentOperation, SimulatedEnsemble, VirtualTime } from "@zookit/testing";
import fc from "fast-check";

/** Something bad that happens when the n-th request is sent. */
type Trouble =
  | ({ readonly kind: "fault" } & OperationFault)
  | { readonly kind: "cut"; readonly sent: "is-lost" | "arrives" }
  | { readonly kind: "expire" | "abort" }
  | { readonly kind: "stall" | "new-leader" | "partition"; readonly ms: number }
  | { readonly kind: "stop-server" | "isolate-server" | "lag-server"; readonly server: number; readonly ms: number };

const ms = fc.constantFrom(5, 100, 700, 1_500, 3_000);
const server = fc.nat(2);

const trouble: fc.Arbitrary<Trouble> = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant("fault" as const),
      point: fc.constantFrom("lost" as const, "reply-lost", "late", "delayed", "silence"),
      consequence: fc.constantFrom("reconnect" as const, "lagging", "expiry"),
    }),
  },
  fc.record({ kind: fc.constant("cut" as const), sent: fc.constantFrom("is-lost" as const, "arrives") }),
  fc.record({ kind: fc.constantFrom("expire" as const, "abort") }),
  fc.record({ kind: fc.constantFrom("stall" as const, "new-leader", "partition"), ms }),
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constantFrom("stop-server" as const, "isolate-server", "lag-server"), server, ms }),
  },
);

/** Troubles by the number of the request at whose sending they happen. */
export type Troubles = readonly (readonly [number, Trouble])[];

/** @param within how many requests the story sends, about. */
export function troubles(within: number, most: number): fc.Arbitrary<Troubles> {
  return fc.array(fc.tuple(fc.nat(within), trouble), { maxLength: most });
}

/**
 * Makes the troubles happen. `abort` is what is called for the one of that name. Returns the sessions that the servers have
 * ended before their time, to be read at any time: their clients cannot know of that before they are told.
 */
export function arrange(
  ensemble: SimulatedEnsemble,
  time: VirtualTime,
  list: Troubles,
  abort: () => void = () => {},
): ReadonlySet<string> {
  const byIndex = new Map(list);
  const endedEarly = new Set<string>();
  ensemble.planFaults((sent) => {
    const now = byIndex.get(sent.index);
    if (now === undefined) return undefined;
    if (now.kind === "expire" || (now.kind === "fault" && now.consequence === "expiry")) endedEarly.add(sent.session);
    return happen(now, sent, { ensemble, time, abort });
  });
  return endedEarly;
}

function happen(
  now: Trouble,
  { session }: SentOperation,
  { ensemble, time, abort }: { ensemble: SimulatedEnsemble; time: VirtualTime; abort: () => void },
): OperationFault | undefined {
  const isOpen = ensemble.sessions.includes(session);
  switch (now.kind) {
    case "fault":
      return now;
    case "cut":
      if (isOpen) ensemble.dropConnection(session, now.sent);
      return undefined;
    case "expire":
      if (isOpen) ensemble.expireSession(session);
      return undefined;
    case "partition":
      if (isOpen) ensemble.partition(session, now.ms);
      return undefined;
    case "abort":
      abort();
      return undefined;
    case "stall":
      time.stall(now.ms);
      return undefined;
    case "new-leader":
      ensemble.changeLeader(now.ms);
      return undefined;
    case "stop-server":
      ensemble.stopServer(now.server, now.ms);
      return undefined;
    case "isolate-server":
      ensemble.isolateServer(now.server, now.ms);
      return undefined;
    case "lag-server":
      ensemble.lagServer(now.server, now.ms);
      return undefined;
  }
}
