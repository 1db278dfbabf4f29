import type { Client } from "../client.js";
import type { LiveSession } from "../live-session.js";
import type { Removal } from "./removal.js";

/** Sessions that a client remembers: many more than can still be alive. */
const REMEMBERED = 32;

/** The sessions in which a client has taken any seat. */
const sessionsOf = new WeakMap<Client, Set<string>>();

/** The seats of a client, by path, that are being given up. */
const vacating = new WeakMap<Client, Map<string, Promise<void>>>();

/** Who of a client has which seat, by path: the run of a member, from before its first create. */
const occupants = new WeakMap<Client, Map<string, object>>();

/**
 * Takes a seat for one run of a member, unless another run in this client has it. A session can have several members, and
 * their znodes tell no more than the session: where an answer was lost, one would take another's for its own (H81), and
 * delete it later (H50).
 */
export function occupy(client: Client, path: string, run: object): boolean {
  const paths = occupants.get(client) ?? new Map<string, object>();
  occupants.set(client, paths);
  const occupant = paths.get(path) ?? run;
  paths.set(path, occupant);
  return occupant === run;
}

/** Gives up what {@link occupy} has taken. Whether the run had it. */
export function unoccupy(client: Client, path: string, run: object): boolean {
  const paths = occupants.get(client);
  return paths?.get(path) === run && paths.delete(path);
}

/** To be called before a seat is taken in a session. */
export function rememberSession(client: Client, { id }: LiveSession): void {
  const sessions = sessionsOf.get(client) ?? new Set();
  sessionsOf.set(client, sessions.add(id));
  const [oldest] = sessions;
  if (sessions.size > REMEMBERED && oldest !== undefined) sessions.delete(oldest);
}

/** Whether the client has taken seats in the session: if it is not the present one, it is over, or will be. */
export function isOwnSession(client: Client, session: string | undefined): boolean {
  return session !== undefined && sessionsOf.get(client)?.has(session) === true;
}

/** Remembers that a seat is being given up until it has been. */
export function rememberVacating(client: Client, path: string, { gone }: Removal): void {
  const paths = vacating.get(client) ?? new Map<string, Promise<void>>();
  vacating.set(client, paths);
  const all = Promise.all([paths.get(path), gone]).then(() => {
    if (paths.get(path) === all) paths.delete(path);
  });
  paths.set(path, all);
}

/** Resolves when the client is not giving the seat up any more: every znode that it had made there is gone, or its session. */
export async function vacated(client: Client, path: string): Promise<void> {
  await vacating.get(client)?.get(path);
}
