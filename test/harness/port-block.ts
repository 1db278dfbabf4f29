import { randomInt } from "node:crypto";
import { createServer, type Server } from "node:net";
import { HarnessError } from "./harness-error.js";

/** Ten neighbouring TCP ports of this machine that no other harness uses while the lease is held. */
export interface PortBlock {
  /** Nine ports: client, quorum and election port for up to three servers. */
  readonly ports: readonly number[];
  release(): Promise<void>;
}

const blockSize = 10;
/** Below the range from which systems pick ports of outgoing connections, so that a killed server's port stays free. */
const blocks = { first: 1_000, end: 3_200 };
const attemptLimit = 100;

/**
 * Leases a block. The lease is a listening socket on the block's first port, so two runs never share a block and the
 * lease ends with the process, however that ends. The other ports were free a moment ago; a stranger may still take
 * one, which shows as a failed start and is answered with another block.
 */
export async function leasePortBlock(): Promise<PortBlock> {
  for (let attempt = 0; attempt < attemptLimit; attempt += 1) {
    const block = await tryBlock(randomInt(blocks.first, blocks.end) * blockSize);
    if (block) return block;
  }
  throw new HarnessError(`no ${blockSize} free neighbouring ports in ${attemptLimit} attempts`);
}

async function tryBlock(first: number): Promise<PortBlock | undefined> {
  const lease = await listen(first);
  if (!lease) return undefined;
  const release = async (): Promise<void> => await close(lease);
  const ports = Array.from({ length: blockSize - 1 }, (_, index) => first + 1 + index);
  for (const port of ports) {
    const probe = await listen(port);
    if (!probe) {
      await release();
      return undefined;
    }
    await close(probe);
  }
  lease.unref();
  return { ports, release };
}

async function listen(port: number): Promise<Server | undefined> {
  return await new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(undefined));
    server.listen({ port, host: "127.0.0.1" }, () => resolve(server));
  });
}

async function close(server: Server): Promise<void> {
  await new Promise<void>((resolve) => {
    server.close(() => resolve());
  });
}
