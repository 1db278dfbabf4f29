import type { Transport } from "@zookit/core";

/** What zookit can be measured on, by name; the default one is chosen by core itself. */
const TRANSPORTS: Readonly<Record<string, Transport | undefined>> = { native: undefined };

export function transportNamed(name: string): Transport | undefined {
  if (!(name in TRANSPORTS)) {
    throw new Error(`no transport ${name}; there are ${Object.keys(TRANSPORTS).join(", ")}`);
  }
  return TRANSPORTS[name];
}
