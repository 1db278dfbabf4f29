/** Identifiers of the members of a group. */
import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { InvalidArgumentError } from "../errors.js";

let unnamed = 0;

/** An identifier for a member that was given none: host name, process id and a number. */
export function uniqueIdentifier(): string {
  return `${hostname()}-${process.pid}-${unnamed++}`;
}

/** @throws {InvalidArgumentError} not a string, empty, or with a NUL or a lone surrogate. */
export function checkIdentifier(identifier: unknown, path: string): string {
  if (typeof identifier === "string" && identifier !== "" && identifier.isWellFormed() && !identifier.includes("\0"))
    return identifier;
  throw new InvalidArgumentError("identifier must be a non-empty string without NUL and lone surrogates", { path });
}

/** 32 hexadecimal digits that follow from the identifier: two members of the same one meet at one znode (H20, H81). */
export function digestOf(identifier: string): string {
  return createHash("sha256").update(identifier, "utf8").digest("hex").slice(0, 32);
}
