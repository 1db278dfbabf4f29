import { createHash } from "node:crypto";
import { DataTooLargeError, InvalidArgumentError } from "@zookit/core";

/** What the names may come to as they are stored, in bytes: a znode holds 1 MiB, and the plan names the members too. */
const MAX_BYTES = 900 * 1024;

/** A set of partitions, in the order in which it is stored, with what it is recognised by. */
export interface PartitionSet {
  readonly names: readonly string[];
  readonly digest: string;
}

/** The set of the given names, which are known to be right. */
export function setOf(names: Iterable<string>): PartitionSet {
  const sorted = [...names].sort();
  const digest = createHash("sha256").update(JSON.stringify(sorted), "utf8").digest("hex").slice(0, 32);
  return { names: sorted, digest };
}

/** @throws {InvalidArgumentError} no names, or not unique. @throws {DataTooLargeError} more than one znode can name. */
export function checkSet(partitions: unknown, path: string): PartitionSet {
  if (!(Array.isArray(partitions) || partitions instanceof Set)) {
    throw new InvalidArgumentError("partitions must be an array or a Set of names", { path });
  }
  const names = [...partitions];
  for (const name of names) {
    if (typeof name === "string" && name !== "" && name.isWellFormed()) continue;
    throw new InvalidArgumentError("each partition must be a non-empty string without lone surrogates", { path });
  }
  if (new Set(names).size !== names.length) throw new InvalidArgumentError("partitions must be unique", { path });
  const bytes = Buffer.byteLength(JSON.stringify(names));
  if (bytes > MAX_BYTES) {
    throw new DataTooLargeError(`the names of the partitions make ${bytes} bytes; the limit is ${MAX_BYTES}`, { path });
  }
  return setOf(names);
}
