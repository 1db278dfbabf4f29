/**
 * How members are stored: `g<generation>-<id>-<random>`, ephemeral.
 *
 * The id is the participant's, and the same each time; what is counted is ids. The random part belongs to one znode of
 * one session: no other znode ever has this name, and deleting by name can hit no other.
 */
import { createHash, randomUUID } from "node:crypto";

const FORM = /^g(\d+)-([0-9a-f]{32})-[0-9a-f]{32}$/;

export interface MemberName {
  readonly name: string;
  readonly generation: number;
  readonly id: string;
}

/** 32 hexadecimal digits: random, or those that follow from the identifier. */
export function idOf(identifier: string | undefined): string {
  if (identifier === undefined) return randomDigits();
  return createHash("sha256").update(identifier, "utf8").digest("hex").slice(0, 32);
}

export function nameOfMember(generation: number, id: string): string {
  return `g${generation}-${id}-${randomDigits()}`;
}

/** `undefined`: it is no member of a double barrier (H70). */
export function parseMember(name: string): MemberName | undefined {
  const [, generation, id] = FORM.exec(name) ?? [];
  if (generation === undefined || id === undefined) return undefined;
  return { name, generation: Number(generation), id };
}

/** The members of one generation. */
export function membersOf(children: readonly string[], generation: number): readonly MemberName[] {
  return children.flatMap((child) => {
    const member = parseMember(child);
    return member?.generation === generation ? [member] : [];
  });
}

/**
 * One of the names for whoever has this id to wait for. Those who wait choose differently, so that not all of them wake
 * up whenever one has gone (H39).
 */
export function choose(names: readonly string[], id: string): string {
  const sorted = names.toSorted();
  return sorted[Number.parseInt(id.slice(0, 8), 16) % sorted.length] as string;
}

export function randomDigits(): string {
  return randomUUID().replaceAll("-", "");
}
