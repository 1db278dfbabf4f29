/**
 * How members are stored: kazoo's form, `<32 hexadecimal digits>__party__` with the identifier as data, so that kazoo's
 * `Party` and this one see each other.
 *
 * The digits are not random, as kazoo's are, but follow from the identifier: two members of the same identifier would have
 * the same znode, and the second finds that out (H20, H81). Further data follow the identifier after a NUL.
 */
import { digestOf } from "@zookit/core/recipe";

const MARK = "__party__";
const SEPARATOR = 0;

export function nameOfMember(identifier: string): string {
  return digestOf(identifier) + MARK;
}

/** Whether a child of the party's znode is a member; as kazoo decides it. */
export function isMember(name: string): boolean {
  return name.includes(MARK);
}

export function encodeMember(identifier: string, data: Buffer): Buffer {
  const bytes = Buffer.from(identifier, "utf8");
  return data.length === 0 ? bytes : Buffer.concat([bytes, Buffer.of(SEPARATOR), data]);
}

export function decodeMember(stored: Buffer): { readonly identifier: string; readonly data: Buffer } {
  const end = stored.indexOf(SEPARATOR);
  if (end < 0) return { identifier: stored.toString("utf8"), data: Buffer.alloc(0) };
  return { identifier: stored.toString("utf8", 0, end), data: stored.subarray(end + 1) };
}
