import { lookup } from "node:dns/promises";
import type { HostAddress } from "../hosts.js";

/**
 * Resolves host names off the event loop, anew for every attempt to connect. The C client would look names up itself,
 * blocking the event loop at each reconnect (N8), and would stay silent for ever after a failed look-up (N7).
 *
 * One name that cannot be resolved does not matter while another can.
 */
export async function resolveAddresses(hosts: readonly HostAddress[]): Promise<readonly string[]> {
  const results = await Promise.allSettled(
    hosts.map(async ({ host, port }) => {
      const addresses = await lookup(host, { all: true });
      // The C client splits at the last colon, so an IPv6 address needs no brackets, and is refused with them.
      return addresses.map(({ address }) => `${address}:${port}`);
    }),
  );
  const addresses = results.flatMap((result) => (result.status === "fulfilled" ? result.value : []));
  if (addresses.length === 0) throw (results[0] as PromiseRejectedResult).reason;
  return addresses;
}
