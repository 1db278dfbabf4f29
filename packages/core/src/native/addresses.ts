import { lookup } from "node:dns/promises";
import { pause } from "../deadline.js";
import type { HostAddress } from "../hosts.js";

/** How long names that are slow to resolve are waited for, in milliseconds, once another one has been. */
const PATIENCE_MS = 200;

/**
 * Resolves host names off the event loop, anew for every round of attempts to connect. The C client would look names up
 * itself, blocking the event loop at each reconnect (N8), and would stay silent for ever after a failed look-up (N7).
 *
 * One name that cannot be resolved, or not in good time, does not matter while another can.
 */
export async function resolveAddresses(hosts: readonly HostAddress[]): Promise<readonly string[]> {
  const addresses: string[] = [];
  const lookups = hosts.map(async ({ host, port }) => {
    // The C client splits at the last colon, so an IPv6 address needs no brackets, and is refused with them.
    for (const { address } of await lookup(host, { all: true })) addresses.push(`${address}:${port}`);
  });
  const enough = new AbortController();
  const patience = Promise.any(lookups).then(() => pause(PATIENCE_MS, enough.signal));
  const all = Promise.allSettled(lookups);
  // Rejects if no name can be resolved, or when the patience is cut short; either way the look-ups have ended by then.
  patience.catch(() => {});
  await Promise.race([all, patience.catch(() => all)]);
  enough.abort();
  // Waits for nothing: without an address every look-up has failed.
  if (addresses.length === 0) await lookups[0];
  return [...addresses];
}
