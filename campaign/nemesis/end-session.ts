import type { Server } from "../../test/harness/ensemble.js";
import { WireClient } from "../../test/harness/wire-client.js";
import { sessionPassword } from "./session-password.js";

const LIMIT_MS = 2_000;

/** Ends somebody else's session at a server, as if it had expired. Resolves with what became of it. */
export async function endSession(server: Server, session: string): Promise<"ended" | "lives" | "unknown"> {
  const id = BigInt.asIntN(64, BigInt(session));
  const connecting = WireClient.connect(server.address, { session: { id, password: sessionPassword(id) } });
  const client = await within(connecting);
  if (client === undefined) {
    // Should it come to life later, nobody must be left with the session.
    connecting.then((late) => late.destroy()).catch(() => {});
    return "lives";
  }
  // A server that does not know the session, or not its password, answers with none.
  if (client.session.id !== id) {
    client.destroy();
    return "lives";
  }
  const isClosed = await within(client.close().then(() => true));
  client.destroy();
  return isClosed ? "ended" : "unknown";
}

async function within<T>(attempt: Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), LIMIT_MS);
  });
  try {
    return await Promise.race([attempt.catch(() => undefined), limit]);
  } finally {
    clearTimeout(timer);
  }
}
