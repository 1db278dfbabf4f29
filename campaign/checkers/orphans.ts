import type { Finding } from "./finding.js";
import { RULES } from "./rules.js";

/** Nothing is left of what was released, left and given up, while the sessions that made it live on. */
export function checkOrphans(where: string, found: readonly string[]): readonly Finding[] {
  return found.map((path) => ({ rule: RULES.leftover, where, message: `${path} is still there` }));
}
