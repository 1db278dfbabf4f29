import { Code, Refusal } from "./code.js";

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what ZooKeeper forbids.
const FORBIDDEN = /[\u0000-\u001f\u007f-\u009f\ud800-\uf8ff\ufff0-\uffff]/;

const SPECIAL: ReadonlySet<string> = new Set(["/", "/zookeeper", "/zookeeper/quota", "/zookeeper/config"]);

/** Refuses what is not a znode path. @see ZooKeeper's PathUtils.validatePath */
export function validatePath(path: string): void {
  const isValid =
    path === "/" ||
    (path.startsWith("/") &&
      !FORBIDDEN.test(path) &&
      path
        .slice(1)
        .split("/")
        .every((segment) => segment !== "" && segment !== "." && segment !== ".."));
  if (!isValid) throw new Refusal(Code.badArguments);
}

/** The parent of a path that is to be created or deleted; all that is asked of the path is to have one. */
export function parentOfTarget(path: string): string {
  const slash = path.lastIndexOf("/");
  if (slash < 0 || path.includes("\0")) throw new Refusal(Code.badArguments);
  return path.slice(0, slash);
}

/** Refuses the deletion of what every server needs. */
export function refuseSpecial(path: string): void {
  if (SPECIAL.has(path)) throw new Refusal(Code.badArguments);
}

export function splitPath(path: string): { readonly parent: string; readonly name: string } {
  const slash = path.lastIndexOf("/");
  return { parent: slash === 0 ? "/" : path.slice(0, slash), name: path.slice(slash + 1) };
}
