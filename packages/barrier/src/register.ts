/**
 * What the znode of a double barrier holds: which generation it is, how many take part, and who was counted.
 *
 * JSON: `{"generation":8589934593,"parties":3,"members":["<id>",…]}`. Without members the generation is being entered;
 * with them it is full, and goes on until all of them have left. Every write is a compare-and-set on the znode's
 * version.
 */
import { UnknownOutcomeError } from "@zookit/core";
import type { LiveSession } from "@zookit/core/recipe";
import { UnreadableBarrierError } from "./errors.js";

export interface Register {
  readonly generation: number;
  readonly parties: number;
  /** Ids of those who were counted; empty while the generation is being entered. */
  readonly members: readonly string[];
}

/** `undefined`: nothing has been written yet. @throws {UnreadableBarrierError} */
export function readRegister(data: Buffer, path: string): Register | undefined {
  if (data.length === 0) return undefined;
  try {
    const { generation, parties, members } = JSON.parse(data.toString("utf8")) as Partial<Register>;
    const areNumbers = Number.isSafeInteger(generation) && Number.isSafeInteger(parties);
    const isRegister = areNumbers && Array.isArray(members) && members.every((id) => typeof id === "string");
    if (isRegister) return { generation, parties, members } as Register;
  } catch {
    // Told below.
  }
  throw new UnreadableBarrierError(`the znode ${path} holds no register of a double barrier: what else uses it?`, {
    path,
  });
}

/**
 * Replaces the register that was read at this version.
 *
 * @throws {BadVersionError} somebody has written since. @throws {ConnectionLossError} look what has become of it
 */
export async function writeRegister(
  session: LiveSession,
  path: string,
  register: Register,
  version: number,
): Promise<void> {
  // As an expected version -1 means "any": the write would be unconditional (H43).
  if (version === -1) throw new UnknownOutcomeError(`the version of ${path} has wrapped to -1`, { path });
  await session.request("set", { path, data: encodeRegister(register), version });
}

export function encodeRegister({ generation, parties, members }: Register): Buffer {
  return Buffer.from(JSON.stringify({ generation, parties, members } satisfies Register), "utf8");
}

/**
 * The first generation is the czxid of the register's znode. Every further one takes a write, whose zxid is higher, so
 * that generations grow for ever, also when the znode is deleted and made again.
 */
export function firstGeneration(czxid: bigint): number {
  return Number(czxid);
}
