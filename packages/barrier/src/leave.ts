import { BadVersionError, NoNodeError } from "@zookit/core";
import { isLossError, join, orAbort, type Removal, waitForDeletion } from "@zookit/core/recipe";
import { decideLeave } from "./decide.js";
import { type Gate, removed } from "./member-znode.js";
import { readRegister, writeRegister } from "./register.js";

/**
 * Waits until the own znode has gone, and then until the generation is over: until nobody of those who were counted is
 * there, and one of those who left has written so. That write is a compare-and-set on what was read before the listing:
 * a member that has come back after its session was lost makes it fail.
 *
 * @throws {NoAuthError} the server refuses the deletion. @throws the signal's reason
 */
export async function leaveGeneration(
  { client, path, id }: Gate,
  generation: number,
  removal: Removal,
  signal: AbortSignal,
): Promise<void> {
  await removed(removal, signal);
  for (;;) {
    const session = await client.ready(signal);
    try {
      const [{ data, stat }, { children }] = await orAbort(
        Promise.all([
          session.request("get", { path, watch: false }),
          session.request("children", { path, watch: false }),
        ]),
        signal,
      );
      const decision = decideLeave({ register: readRegister(data, path), children }, { generation, id });
      if (decision.kind === "done") return;
      if (decision.kind === "wait-for") {
        await waitForDeletion({ client, session, signal }, join(path, decision.name));
      } else {
        return await orAbort(writeRegister(session, path, decision.register, stat.version), signal);
      }
    } catch (error) {
      if (signal.aborted) throw error;
      // The barrier was deleted: nobody is in it.
      if (error instanceof NoNodeError) return;
      // Refused: somebody else has ended the generation, or a member has come back. Lost: the next look tells.
      if (!(error instanceof BadVersionError || isLossError(error))) throw error;
    }
  }
}
