import { isIPv6 } from "node:net";
import { InvalidArgumentError } from "./errors.js";
import { checkPath } from "./path.js";
import { describe } from "./znode.js";

const DEFAULT_PORT = 2181;

export interface HostAddress {
  /** A host name or an IP address, without brackets. */
  readonly host: string;
  readonly port: number;
}

export interface ConnectString {
  readonly hosts: readonly HostAddress[];
  /** `/` when there is none. */
  readonly chroot: string;
}

/**
 * Parses ZooKeeper's connect string, `host[:port][,host[:port]…][/chroot]`. IPv6 addresses stand in brackets.
 *
 * @throws {InvalidArgumentError} no host, a port out of range, or an invalid chroot.
 */
export function parseConnectString(text: unknown): ConnectString {
  if (typeof text !== "string") throw new InvalidArgumentError(`hosts must be a string, not ${describe(text)}`);
  const slash = text.indexOf("/");
  const hosts = (slash < 0 ? text : text.slice(0, slash)).split(",").map((part) => parseHost(part.trim(), text));
  // "h:2181/" means no chroot, as it does for every other client.
  const chroot = slash < 0 || slash === text.length - 1 ? "/" : checkPath(text.slice(slash));
  return { hosts, chroot };
}

function parseHost(part: string, whole: string): HostAddress {
  const match = /^(?:\[(?<v6>[^\]]+)\]|(?<name>[^\s\p{C}:[\]@]+))(?::(?<port>\d{1,5}))?$/u.exec(part);
  const { v6, name, port: digits } = match?.groups ?? {};
  const port = digits === undefined ? DEFAULT_PORT : Number(digits);
  if ((v6 === undefined ? name === undefined : !isIPv6(v6)) || port < 1 || port > 65_535) {
    throw new InvalidArgumentError(
      `invalid hosts ${JSON.stringify(whole)}: expected host[:port][,host[:port]…][/chroot]`,
    );
  }
  return { host: (v6 ?? name) as string, port };
}
