import { type Happening, happeningsOf } from "./happening.js";

/** Who has which partition, as far as it is told: whoever took it last and has not given it away. */
export function ownersOf(happenings: readonly Happening[]): ReadonlyMap<string, string> {
  const owners = new Map<string, string>();
  const turns = [...happeningsOf(happenings, "takes"), ...happeningsOf(happenings, "gives")];
  for (const turn of turns.sort((a, b) => a.at - b.at)) {
    if (turn.kind === "takes") owners.set(turn.partition, turn.who);
    else if (owners.get(turn.partition) === turn.who) owners.delete(turn.partition);
  }
  return owners;
}
