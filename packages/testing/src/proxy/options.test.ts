import { describe, expect, it } from "vitest";
import {
  checkDelay,
  checkDirections,
  checkProxyOptions,
  checkTarget,
  checkThrottle,
  type Direction,
  type FaultProxyOptions,
  type Throttle,
} from "./options.js";

const invalid = expect.objectContaining({ name: "TestingError", code: "invalid-argument" });

describe("the target of a proxy", () => {
  it.each([
    ["127.0.0.1:2181", { host: "127.0.0.1", port: 2181 }],
    ["zk-1.example.org:65535", { host: "zk-1.example.org", port: 65_535 }],
    ["[::1]:1", { host: "::1", port: 1 }],
  ])("is one server: %s", (text, target) => {
    expect(checkTarget(text)).toEqual(target);
  });

  it.each(["", "host", "host:", ":2181", "host:0", "host:65536", "a:1,b:2", "host:2181/chroot", "::1:2181", 2181])(
    "is refused otherwise: %j",
    (text) => {
      expect(() => checkTarget(text as string)).toThrow(invalid);
    },
  );
});

describe("what a proxy is asked for", () => {
  it.each([null, 7, { prot: 1 }, { port: -1 }, { port: 65_536 }, { port: "1" }])("refuses options %j", (options) => {
    expect(() => checkProxyOptions(options as FaultProxyOptions)).toThrow(invalid);
  });

  it("has directions by name", () => {
    expect(checkDirections("both")).toEqual(["to-server", "to-client"]);
    expect(checkDirections("to-client")).toEqual(["to-client"]);
    expect(() => checkDirections("in" as Direction)).toThrow(invalid);
  });

  it.each([-1, Number.NaN, 2 ** 31, "5"])("refuses a delay of %j", (ms) => {
    expect(() => checkDelay("ms", ms as number)).toThrow(invalid);
  });

  it.each([null, {}, { bytes: 0, everyMs: 1 }, { bytes: 1.5, everyMs: 1 }, { bytes: 1 }, { bytes: 1, everyMs: -1 }])(
    "refuses a throttle of %j",
    (throttle) => {
      expect(() => checkThrottle(throttle as Throttle)).toThrow(invalid);
    },
  );
});
