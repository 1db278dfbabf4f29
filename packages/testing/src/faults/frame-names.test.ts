import { describe, expect, it } from "vitest";
import { encode, OP_CODES, ReplyHeader, RequestHeader } from "../wire/index.js";
import { FrameNames } from "./frame-names.js";

const request = (xid: number, type: number): Buffer => encode(RequestHeader, { xid, type });
const reply = (xid: number): Buffer => encode(ReplyHeader, { xid, zxid: 1n, err: 0 });

/** The names of a connection that has its handshake behind it. */
function connected(): FrameNames {
  const names = new FrameNames();
  expect(names.request(Buffer.alloc(44))).toBe("connect");
  expect(names.reply(Buffer.alloc(37))).toBe("connect");
  return names;
}

describe("the names of frames", () => {
  it("are those of the requests; of a reply, the one of the request with its id", () => {
    const names = connected();
    expect(names.request(request(7, OP_CODES.create))).toBe("create");
    expect(names.request(request(8, OP_CODES.getChildren2))).toBe("getChildren2");
    expect(names.reply(reply(8))).toBe("getChildren2");
    expect(names.reply(reply(7))).toBe("create");
    expect(names.reply(reply(7))).toBeUndefined();
  });

  it("are in order for requests that share an id", () => {
    const names = connected();
    names.request(request(-8, OP_CODES.setWatches));
    names.request(request(-8, OP_CODES.setWatches2));
    expect([names.reply(reply(-8)), names.reply(reply(-8))]).toEqual(["setWatches", "setWatches2"]);
  });

  it("tell a watch event from a reply", () => {
    expect(connected().reply(reply(-1))).toBe("event");
  });

  it("are missing where an operation is unknown or a frame malformed, and that is no error", () => {
    const names = connected();
    expect(names.request(request(1, 4_711))).toBeUndefined();
    expect(names.request(request(1, OP_CODES.createSession))).toBeUndefined();
    expect(names.request(Buffer.alloc(3))).toBeUndefined();
    expect(names.reply(Buffer.alloc(15))).toBeUndefined();
  });
});
