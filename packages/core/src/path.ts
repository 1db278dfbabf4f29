import { InvalidArgumentError } from "./errors.js";
import { describe } from "./znode.js";

// What ZooKeeper's own validation refuses, plus nothing: control characters, surrogates (and with them everything
// beyond the basic plane), the private use area, and the specials block (H84).
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it looks for
const REFUSED = /[\u0000-\u001f\u007f-\u009f\ud800-\uf8ff\ufff0-\uffff]/;

/**
 * Checks a znode path by the server's rules, before anything is sent.
 *
 * @throws {InvalidArgumentError} not a string, empty, relative, an empty segment (`//`, trailing `/`), `.` or `..`, or a
 *   character that ZooKeeper refuses.
 */
export function checkPath(path: unknown): string {
  if (typeof path !== "string") throw new InvalidArgumentError(`a path must be a string, not ${describe(path)}`);
  const refuse = (why: string): never => {
    throw new InvalidArgumentError(`invalid path ${JSON.stringify(path)}: ${why}`, { path });
  };
  if (!path.startsWith("/")) refuse(path === "" ? "it is empty" : "it must begin with /");
  if (REFUSED.test(path)) refuse("it contains a character that ZooKeeper refuses");
  if (path === "/") return path;
  for (const segment of path.slice(1).split("/")) {
    if (segment === "") refuse("it has an empty segment");
    if (segment === "." || segment === "..") refuse("relative segments are not allowed");
  }
  return path;
}

/** The path of a sequential znode may end in `/`: the server appends the sequence number before it validates. */
export function checkSequentialPath(path: unknown): string {
  if (typeof path === "string") checkPath(`${path}0`);
  else checkPath(path);
  return path as string;
}

export function parentOf(path: string): string {
  const slash = path.lastIndexOf("/");
  return slash <= 0 ? "/" : path.slice(0, slash);
}

export function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}

export function join(parent: string, name: string): string {
  return parent === "/" ? `/${name}` : `${parent}/${name}`;
}

/** Maps between the paths of a client with a chroot and those of the server. */
export interface Chroot {
  toServer(path: string): string;
  /** The same for what a sequence number is appended to. */
  prefixToServer(prefix: string): string;
  toClient(path: string): string;
}

export const NO_CHROOT: Chroot = {
  toServer: (path) => path,
  prefixToServer: (prefix) => prefix,
  toClient: (path) => path,
};

export function chroot(root: string): Chroot {
  if (root === "/") return NO_CHROOT;
  return {
    toServer: (path) => (path === "/" ? root : root + path),
    prefixToServer: (prefix) => root + prefix,
    // What lies above the chroot has no name in it, and keeps the one at the server.
    toClient: (path) => (path === root ? "/" : path.startsWith(`${root}/`) ? path.slice(root.length) : path),
  };
}
