import { describe, expect, it } from "vitest";
import { DataTooLargeError } from "./errors.js";
import { checkPacketSize } from "./packet-size.js";

/** `jute.maxbuffer` of a server that was not configured otherwise. */
const LIMIT = 0xfffff;

describe("checkPacketSize", () => {
  it("accepts a set that fills the server's limit exactly, and refuses one byte more (H10)", () => {
    // Header 8, path length 4, path 2, data length 4, version 4.
    const free = LIMIT - 22;
    const set = (bytes: number) => checkPacketSize("set", { path: "/a", data: Buffer.alloc(bytes), version: -1 });
    expect(() => set(free)).not.toThrow();
    expect(() => set(free + 1)).toThrow(DataTooLargeError);
  });

  it("accepts a create that fills the server's limit exactly, and refuses one byte more (H10)", () => {
    // Header 8, path 4 + 2, data 4, ACL of one: count 4, permissions 4, "world" 4 + 5, "anyone" 4 + 6, flags 4.
    const free = LIMIT - 49;
    const create = (bytes: number) =>
      checkPacketSize("create", { path: "/a", data: Buffer.alloc(bytes), mode: "persistent" });
    expect(() => create(free)).not.toThrow();
    expect(() => create(free + 1)).toThrow(DataTooLargeError);
  });

  it("counts the bytes of the path, not its characters", () => {
    const data = Buffer.alloc(LIMIT - 22);
    expect(() => checkPacketSize("set", { path: "/é", data, version: -1 })).toThrow(DataTooLargeError);
  });

  it("counts the eight bytes of a time to live", () => {
    const create = (bytes: number) =>
      checkPacketSize("create", { path: "/a", data: Buffer.alloc(bytes), mode: "persistent", ttlMs: 1 });
    expect(() => create(LIMIT - 57)).not.toThrow();
    expect(() => create(LIMIT - 56)).toThrow(DataTooLargeError);
  });

  it("names path and sizes, and says that nothing was applied", () => {
    expect(() => checkPacketSize("set", { path: "/a", data: Buffer.alloc(2 ** 20), version: -1 })).toThrow(
      expect.objectContaining({ code: "data-too-large", path: "/a", outcome: "not-applied" }),
    );
  });
});
