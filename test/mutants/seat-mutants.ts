import type { Mutant } from "./mutant.js";

const SEAT = "packages/core/src/recipe/seat.ts";
const MEMORY = "packages/core/src/recipe/seat-memory.ts";

/** Mistakes about the seats of members: whose they are, and what is left of those that were given up. */
export const SEAT_MUTANTS: readonly Mutant[] = [
  {
    name: "seat for two of one client",
    noticedBy: "core",
    standsFor: "a second member of one identifier and one client finds its znode made, and takes it for its own",
    hazards: ["H81"],
    file: MEMORY,
    search: "return occupant === run;",
    replace: "return occupant !== undefined;",
  },
  {
    name: "seat of the next member given up",
    noticedBy: "core",
    standsFor: "whoever leaves a second time takes the seat from the next member of its client",
    hazards: ["H50"],
    file: MEMORY,
    search: "return paths?.get(path) === run && paths.delete(path);",
    replace: "return paths?.delete(path) === true && run !== undefined;",
  },
  {
    name: "seat of an earlier session not known",
    noticedBy: "party",
    standsFor: "a member takes what its own last session has left for another live member's",
    hazards: ["H20"],
    file: MEMORY,
    search: "return session !== undefined && sessionsOf.get(client)?.has(session) === true;",
    replace: "return session === undefined && sessionsOf.get(client) !== undefined;",
  },
  {
    name: "seat entered while it is given up",
    noticedBy: "core",
    standsFor: "whoever enters does not wait until its client has given up what was there before",
    hazards: ["H47", "H50"],
    file: MEMORY,
    search: "  await vacating.get(client)?.get(path);\n",
    replace: "  await vacating.get(client);\n  void path;\n",
  },
  {
    name: "seat of a lost create left",
    noticedBy: "core",
    standsFor: "whoever gives up when its repeated create was refused leaves what the first one has made",
    hazards: ["H4", "H47"],
    file: SEAT,
    search: "mayHave === session ? created.catch(() => path) : created;",
    replace: "created;",
  },
  {
    name: "seat made, and not known for one's own",
    noticedBy: "core",
    standsFor: "a znode that was made takes itself for another member's when its access control list was lost",
    hazards: ["H8"],
    file: SEAT,
    search: "        mayHave = session;\n        await orAbort(protectEphemeral",
    replace: "        await orAbort(protectEphemeral",
  },
  {
    name: "seat deleted whosever it is",
    noticedBy: "party",
    standsFor: "a deletion that is repeated hits the next member of the same identifier",
    hazards: ["H50"],
    file: SEAT,
    search: "const isOurs = ({ stat }: NodeData) => stat.ephemeralOwner === session.id;",
    replace: "const isOurs = ({ stat }: NodeData) => stat.ephemeralOwner !== undefined;",
  },
  {
    name: "seat not entered again",
    noticedBy: "party",
    standsFor: "a member whose session has ended does not join again, and believes that it is there",
    hazards: ["H21"],
    file: SEAT,
    search: "seat.path), session.lost).catch(() => {});",
    replace: "seat.path), session.lost);",
  },
  {
    name: "seat of a live member waited for",
    noticedBy: "party",
    standsFor: "a second live member of one identifier waits for ever instead of being refused",
    hazards: ["H81"],
    file: SEAT,
    search: "timeoutMs: patienceMs }",
    replace: "timeoutMs: patienceMs * 1_000 }",
  },
];
