/**
 * How members are stored: kazoo's form, `<32 hexadecimal digits>__party__` with the identifier as data, so that kazoo's
 * `Party` and this one see each other.
 *
 * The digits are not random, as kazoo's are, but follow from the identifier: two members of the same identifier would have
 * the same znode, and the second finds that out (H20, H81).
 */
import { digestOf } from "@zookit/core/recipe";

const MARK = "__party__";

export function nameOfMember(identifier: string): string {
  return digestOf(identifier) + MARK;
}

/** Whether a child of the party's znode is a member; as kazoo decides it. */
export function isMember(name: string): boolean {
  return name.includes(MARK);
}
