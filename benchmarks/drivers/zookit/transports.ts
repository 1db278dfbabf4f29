import type { Transport } from "@zookit/core";

/** What zookit can be measured on, by name; the default one is chosen by core itself. */
const TRANSPORTS: Readonly<Record<string, Transport | undefined>> = { native: undefined };

/** @throws {Error} there is no such transport; says which there are. */
export function transportNamed(name: string): Transport | undefined {
  if (!Object.hasOwn(TRANSPORTS, name)) {
    throw new Error(`no transport ${name}; there are ${Object.keys(TRANSPORTS).join(", ")}`);
  }
  return TRANSPORTS[name];
}
