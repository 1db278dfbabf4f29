import { randomBytes } from "node:crypto";
import { inject } from "vitest";

declare module "vitest" {
  interface ProvidedContext {
    /** Connect string of the one standalone server that the whole test run shares. */
    zookeeperHosts: string;
  }
}

/** Connect string of the server that the whole test run shares. Work below a `uniqueRoot()` of it. */
export function sharedHosts(): string {
  return inject("zookeeperHosts");
}

/** A path that no other test uses, so that tests can share one server. Nothing is created. */
export function uniqueRoot(prefix = "test"): string {
  return `/${prefix}-${randomBytes(8).toString("hex")}`;
}
