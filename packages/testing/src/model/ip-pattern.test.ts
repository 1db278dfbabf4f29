import { describe, expect, it } from "vitest";
import { isAddressPattern, matchesAddress } from "./ip-pattern.js";

describe("a pattern of addresses", () => {
  it.each(["127.0.0.1", "0.0.0.0/0", "255.255.255.255/32", "010.+1.-0.00001/+8"])("may be %s", (pattern) => {
    expect(isAddressPattern(pattern)).toBe(true);
  });

  it.each([
    "",
    "localhost",
    "127.0.0",
    "127.0.0.1.2",
    "256.0.0.1",
    "1.2.3.4/33",
    "1.2.3.4/-1",
    "1.2.3.4/",
    "1.2.3.4/8/8",
  ])("may not be %s", (pattern) => {
    expect(isAddressPattern(pattern)).toBe(false);
  });

  it("cannot be of IPv6, which ZooKeeper does not know there", () => {
    expect(isAddressPattern("::1")).toBe(false);
    expect(matchesAddress("::1", "0.0.0.0/0")).toBe(false);
  });

  it("matches the addresses whose first bits are the same", () => {
    expect(matchesAddress("10.1.2.3", "10.1.2.3")).toBe(true);
    expect(matchesAddress("10.1.2.4", "10.1.2.3")).toBe(false);
    expect(matchesAddress("10.1.2.4", "10.1.2.3/29")).toBe(true);
    expect(matchesAddress("10.1.2.8", "10.1.2.3/29")).toBe(false);
    expect(matchesAddress("138.0.0.0", "10.0.0.0/1")).toBe(false);
    expect(matchesAddress("200.0.0.1", "10.0.0.0/0")).toBe(true);
  });
});
