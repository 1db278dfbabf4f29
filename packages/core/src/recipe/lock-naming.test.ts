import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LOCK_DIALECTS, LOCK_NAMINGS } from "./lock-naming.js";

const ID = "01234567-89ab-cdef-0123-456789abcdef";

describe("names that are written", () => {
  it("are Curator's with protection", () => {
    expect(LOCK_NAMINGS.curator.prefix(ID)).toBe(`_c_${ID}-lock-`);
  });

  it("are kazoo's, with the id's hexadecimal digits alone", () => {
    expect(LOCK_NAMINGS.kazoo.prefix(ID)).toBe("0123456789abcdef0123456789abcdef__lock__");
  });

  it("match what kazoo's own expression looks for, in the curator dialect with extra_lock_patterns=['-lock-']", () => {
    expect(`${LOCK_NAMINGS.kazoo.prefix(ID)}0000000001`).toMatch(/(?:__lock__)(-?\d{10})$/);
    expect(`${LOCK_NAMINGS.curator.prefix(ID)}0000000001`).toMatch(/(?:__lock__|-lock-)(-?\d{10})$/);
  });

  it("are what Curator's SemaphoreMutex cuts at: behind the last 'lock-' stands the number alone", () => {
    const name = `${LOCK_NAMINGS.curator.prefix(ID)}0000000042`;
    expect(name.slice(name.lastIndexOf("lock-") + 5)).toBe("0000000042");
  });
});

describe.each(LOCK_DIALECTS)("in dialect %s, the number is read from", (dialect) => {
  const { prefix, sequenceOf } = LOCK_NAMINGS[dialect];

  it.each([
    ["kazoo", `${ID.replaceAll("-", "")}__lock__0000000007`, 7],
    ["Curator with protection", `_c_${ID}-lock-0000000007`, 7],
    ["go-zookeeper, whose id has no dashes", `_c_${ID.replaceAll("-", "")}-lock-0000000007`, 7],
    ["Curator without protection", "lock-0000000007", 7],
    ["a client whose id contains the marker too", "my-lock-lock-0000000007", 7],
    ["number 1 behind a dash, which is not -1 (H55)", `_c_${ID}-lock-0000000001`, 1],
    ["the last one before the wrap", `_c_${ID}-lock-2147483647`, 2 ** 31 - 1],
    ["the first one after the wrap (H54)", `_c_${ID}-lock--2147483648`, -(2 ** 31)],
    ["kazoo's first one after the wrap (H54)", "0123__lock__-2147483648", -(2 ** 31)],
    ["the first one after the wrap without protection (H54)", "lock--2147483648", -(2 ** 31)],
  ])("a name of %s", (_, name, sequence) => {
    expect(sequenceOf(name)).toBe(sequence);
  });

  it.each([
    ["a plain child", "config"],
    ["kazoo's read lock, which only ReadWriteLock knows", "0123__rlock__0000000001"],
    ["Curator's read lock", `_c_${ID}-__READ__0000000001`],
    ["Curator's lease", `_c_${ID}-lease-0000000001`],
    ["a number too short", "lock-1"],
    ["a number too long", "lock-00000000001"],
    ["no number", "-lock-"],
    ["text behind the number", "lock-0000000001.tmp"],
    ["a marker in capitals", "LOCK-0000000001"],
    ["another word that ends in lock", "clock-0000000001"],
  ])("nothing that is %s (H56)", (_, name) => {
    expect(sequenceOf(name)).toBeUndefined();
  });

  it("every name that this dialect writes", () => {
    fc.assert(
      fc.property(fc.uuid(), fc.nat(2 ** 31 - 1), (id, sequence) => {
        expect(sequenceOf(prefix(id) + String(sequence).padStart(10, "0"))).toBe(sequence);
      }),
    );
  });
});
