import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { InvalidArgumentError } from "./errors.js";
import { parseConnectString } from "./hosts.js";

const PORT = fc.integer({ min: 1, max: 65_535 });
const TEXT = fc.constantFrom(..."aZ0:[]/,.@-% \u0000\u0007\ud800é");
const HOST = fc.oneof(fc.domain(), fc.ipV4(), fc.constant("localhost"));

describe("parseConnectString", () => {
  it("reads hosts, ports and chroot of ZooKeeper's own notation", () => {
    expect(parseConnectString("zk1:2181,zk2:2182,zk3/my/service")).toEqual({
      hosts: [
        { host: "zk1", port: 2181 },
        { host: "zk2", port: 2182 },
        { host: "zk3", port: 2181 },
      ],
      chroot: "/my/service",
    });
  });

  it("gives back the hosts that a connect string was made of", () => {
    fc.assert(
      fc.property(fc.array(fc.record({ host: HOST, port: PORT }), { minLength: 1, maxLength: 5 }), (hosts) => {
        const text = hosts.map(({ host, port }) => `${host}:${port}`).join(",");
        expect(parseConnectString(text)).toEqual({ hosts, chroot: "/" });
      }),
    );
  });

  it("reads IPv6 addresses in brackets, with and without a port", () => {
    fc.assert(
      fc.property(fc.ipV6(), PORT, (host, port) => {
        expect(parseConnectString(`[${host}]:${port},[${host}]`).hosts).toEqual([
          { host, port },
          { host, port: 2181 },
        ]);
      }),
    );
  });

  it.each(["zk", "zk/", "zk:2181/", " zk ", "zk:2181"])("takes %j for one host without a chroot", (text) => {
    expect(parseConnectString(text)).toEqual({ hosts: [{ host: "zk", port: 2181 }], chroot: "/" });
  });

  it("tolerates blanks around the commas", () => {
    expect(parseConnectString("a:1 , b:2").hosts).toEqual([
      { host: "a", port: 1 },
      { host: "b", port: 2 },
    ]);
  });

  it.each([
    ["nothing", ""],
    ["only a chroot", "/a"],
    ["an empty host", "a,,b"],
    ["a trailing comma", "a:1,"],
    ["a port without a host", ":2181"],
    ["port 0", "a:0"],
    ["a port over 65535", "a:65536"],
    ["a port of six digits", "a:100000"],
    ["a negative port", "a:-1"],
    ["a port that is no number", "a:b"],
    ["an empty port", "a:"],
    ["an IPv6 address without brackets", "::1"],
    ["an IPv6 address and port without brackets", "fe80::1:2181"],
    ["brackets around a name", "[zk]:2181"],
    ["an open bracket", "[::1"],
    ["a blank inside a host", "a b:1"],
    ["credentials", "user@zk:2181"],
    ["a chroot with an empty segment", "a//b"],
    ["a chroot that ends in a slash", "a/b/"],
    ["a relative chroot", "a/../b"],
    ["a control character in the chroot", "a/\u0001"],
    ["a NUL in a host", "a\u0000b:1"],
    ["a lone surrogate in a host", "a\ud800:1"],
  ])("refuses %s", (_, text) => {
    expect(() => parseConnectString(text)).toThrow(InvalidArgumentError);
  });

  it("refuses garbage with a typed error, and never fails otherwise", () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: TEXT }), fc.constantFrom(undefined, null, 7, {}, [], Symbol("zk"))),
        (garbage) => {
          try {
            const { hosts } = parseConnectString(garbage);
            expect(hosts.length).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toBeInstanceOf(InvalidArgumentError);
          }
        },
      ),
    );
  });
});
