/** Creating ephemeral znodes in one session, with the client's ACL. */
import type { Client } from "../client.js";
import { NoAuthError } from "../errors.js";
import type { LiveSession } from "../live-session.js";

/** Sends the create within the call. A failure that nobody awaits is not unhandled. */
export function createEphemeral(
  client: Client,
  session: LiveSession,
  path: string,
  data: Buffer,
  mode: "ephemeral" | "ephemeral-sequential" = "ephemeral",
): Promise<string> {
  const { acl } = client.settings;
  const isAtOnce = acl !== undefined && !mustProtect(client, session);
  const created = session.request("create", { path, data, mode, ...(isAtOnce && { acl }) });
  created.catch(() => {});
  return created;
}

/** Whether the client's ACL takes a request of its own, after the create. */
export function mustProtect(client: Client, session: LiveSession): boolean {
  return client.settings.acl !== undefined && !session.capabilities.has("create-with-acl");
}

/**
 * Gives the znode its ACL, where that takes a request of its own. Refused, it has one: the open list that it was created with
 * refuses nobody. It is its own then, which need not let anybody set another, and whose answer was lost the first time.
 */
export async function protectEphemeral(client: Client, session: LiveSession, path: string): Promise<void> {
  const { acl } = client.settings;
  if (acl === undefined || !mustProtect(client, session)) return;
  await session.request("setAcl", { path, acl, version: -1 }).catch((error) => {
    if (!(error instanceof NoAuthError)) throw error;
  });
}
