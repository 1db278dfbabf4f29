import type { Call } from "../checkers/linearizability.js";
import type { HoldingAction } from "../checkers/models/mutex.js";
import type { Grant } from "../checkers/tokens.js";
import type { Operation } from "../history/event.js";
import type { EndedSession } from "./workload.js";

const NEVER = Number.POSITIVE_INFINITY;

/** One acquisition that was granted, as the histories tell of it. */
export interface Acquisition extends Grant {
  readonly id: string;
  readonly key: string;
  readonly session: string;
  /** What else was asked for. */
  readonly input: { readonly [name: string]: unknown };
  readonly looks: readonly { readonly start: number; readonly end: number; readonly held: boolean }[];
  /** Undefined where its holder did not live to release it, or had lost it. */
  readonly release: Operation | undefined;
}

/** The acquisitions of one key's history that were granted, in the order in which they were asked for. */
export function acquisitionsOf(operations: readonly Operation[]): readonly Acquisition[] {
  const idOf = ({ f, input, output }: Operation): string => (f === "held" ? (output as Look) : (input as Look)).id;
  const looks = new Map<string, Operation[]>();
  const releases = new Map<string, Operation>();
  for (const operation of operations) {
    if (operation.f === "held") looks.set(idOf(operation), [...(looks.get(idOf(operation)) ?? []), operation]);
    if (operation.f === "release") releases.set(idOf(operation), operation);
  }
  return operations
    .filter(({ f, outcome }) => f === "acquire" && outcome === "ok")
    .map((asked) => {
      const id = idOf(asked);
      const { token, session } = asked.output as { token: string; session: string };
      return {
        id,
        key: asked.key,
        who: asked.process,
        token: BigInt(token),
        session,
        input: asked.input as { readonly [name: string]: unknown },
        start: asked.start,
        end: asked.end,
        looks: (looks.get(id) ?? []).map(({ start, end, output }) => ({ start, end, held: (output as Look).held })),
        release: releases.get(id),
      };
    });
}

interface Look {
  readonly id: string;
  readonly held: boolean;
}

/** When it was certainly over, for whatever reason. */
export function overBy({ looks, release }: Acquisition): number {
  return Math.min(release?.outcome === "ok" ? release.end : NEVER, looks.find(({ held }) => !held)?.end ?? NEVER);
}

/**
 * What an acquisition claims: that it was granted, that it was held whenever its holder was told so, and that it has ended.
 *
 * It may have ended at any time, and unnoticed: what the holder was told are the only claims. An acquisition that did not
 * end well claims nothing, and is not here. Of a session that was ended before its time nobody can know in time; what its
 * holders were told from then on is no claim.
 */
export function holdingCalls(
  acquisitions: readonly Acquisition[],
  endedSessions: readonly EndedSession[],
): readonly Call<HoldingAction>[] {
  return claimsOf(acquisitions, endedSessions).flatMap(({ acquisition, looks }): readonly Call<HoldingAction>[] => {
    const { id, token, start, end } = acquisition;
    return [
      { start, end, action: { f: "acquire", id, token } },
      ...looks.map((look): Call<HoldingAction> => ({ start: look.start, end: look.end, action: { f: "held", id } })),
      { start, end: overBy(acquisition), action: { f: "end", id } },
    ];
  });
}

/** What acquisitions claim: that they were granted, and held at these looks. */
export function claimsOf(
  acquisitions: readonly Acquisition[],
  endedSessions: readonly EndedSession[],
): readonly { readonly acquisition: Acquisition; readonly looks: Acquisition["looks"]; readonly until: number }[] {
  const endOf = new Map<string, number>();
  for (const { session, from } of endedSessions) endOf.set(session, Math.min(from, endOf.get(session) ?? NEVER));
  return acquisitions.flatMap((acquisition) => {
    const until = endOf.get(acquisition.session) ?? NEVER;
    if (acquisition.end >= until) return [];
    return [{ acquisition, looks: acquisition.looks.filter(({ held, end }) => held && end < until), until }];
  });
}
