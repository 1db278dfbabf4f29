import { describe, expect, it } from "vitest";
import { checkServerOptions } from "./options.js";

describe("the options of a test server", () => {
  it("are a free port, ticks of half a second and sessions of 2 to 20 ticks unless told", () => {
    expect(checkServerOptions()).toEqual({
      port: 0,
      tickMs: 500,
      minTimeoutMs: 1_000,
      maxTimeoutMs: 10_000,
      hasTtl: false,
      reapIntervalMs: 1_000,
    });
  });

  it("take the limits of sessions from the tick, but never a longest one below the shortest", () => {
    const limits = ({ minTimeoutMs, maxTimeoutMs }: ReturnType<typeof checkServerOptions>) => [
      minTimeoutMs,
      maxTimeoutMs,
    ];
    expect(limits(checkServerOptions({ tickTimeMs: 100 }))).toEqual([200, 2_000]);
    expect(limits(checkServerOptions({ tickTimeMs: 100, minSessionTimeoutMs: 5_000 }))).toEqual([5_000, 5_000]);
    expect(limits(checkServerOptions({ tickTimeMs: 100, maxSessionTimeoutMs: 200 }))).toEqual([200, 200]);
  });

  it("may be undefined one by one", () => {
    expect(checkServerOptions({ port: undefined, ttlNodes: undefined })).toEqual(checkServerOptions());
  });

  it.each([
    [{ port: -1 }],
    [{ port: 65_536 }],
    [{ tickTimeMs: 9 }],
    [{ tickTimeMs: 60_001 }],
    [{ tickTimeMs: Number.NaN }],
    [{ minSessionTimeoutMs: 0 }],
    [{ maxSessionTimeoutMs: 2 ** 31 }],
    [{ containerCheckIntervalMs: 9 }],
    [{ ttlNodes: 1 }],
    [{ ttl: true }],
    [null],
  ])("are refused if they are %j", (options) => {
    expect(() => checkServerOptions(options as never)).toThrow(
      expect.objectContaining({ name: "TestingError", code: "invalid-argument" }),
    );
  });
});
