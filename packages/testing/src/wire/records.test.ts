import fc, { type Arbitrary } from "fast-check";
import { describe, expect, it } from "vitest";
import { ConnectRequest, ConnectResponse } from "./handshake.js";
import { ReplyHeader, RequestHeader } from "./headers.js";
import { type Codec, decode, encode } from "./jute.js";
import { MultiRequest, MultiResponse } from "./multi.js";
import { REQUESTS, RESPONSES } from "./operation-records.js";
import { ProtocolError } from "./protocol-error.js";
import { WatcherEvent } from "./watch-records.js";

const int = fc.integer();
const long = fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n);
const text = fc.string({ unit: "grapheme", maxLength: 20 });
const texts = fc.array(text, { maxLength: 3 });
const bytes = fc.option(fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)));
const acl = fc.array(fc.record({ perms: int, id: fc.record({ scheme: text, id: text }) }), { maxLength: 3 });
const stat = fc.record({
  czxid: long,
  mzxid: long,
  ctime: long,
  mtime: long,
  version: int,
  cversion: int,
  aversion: int,
  ephemeralOwner: long,
  dataLength: int,
  numChildren: int,
  pzxid: long,
});
const nothing = fc.constant({});
const path = fc.record({ path: text });
const pathVersion = fc.record({ path: text, version: int });
const pathWatch = fc.record({ path: text, watch: fc.boolean() });
const create = fc.record({ path: text, data: bytes, acl, flags: int });
const created = fc.record({ path: text, stat });
const watches = { relativeZxid: long, dataWatches: texts, existWatches: texts, childWatches: texts };
const data = fc.record({ data: bytes, stat });
const onlyStat = fc.record({ stat });

const requests: Record<keyof typeof REQUESTS, Arbitrary<unknown>> = {
  create,
  create2: create,
  createContainer: create,
  createTTL: fc.record({ path: text, data: bytes, acl, flags: int, ttl: long }),
  delete: pathVersion,
  exists: pathWatch,
  getData: pathWatch,
  setData: fc.record({ path: text, data: bytes, version: int }),
  getACL: path,
  setACL: fc.record({ path: text, acl, version: int }),
  getChildren: pathWatch,
  getChildren2: pathWatch,
  getEphemerals: fc.record({ prefixPath: text }),
  getAllChildrenNumber: path,
  check: pathVersion,
  sync: path,
  ping: nothing,
  closeSession: nothing,
  auth: fc.record({ type: int, scheme: text, auth: bytes }),
  sasl: fc.record({ token: bytes }),
  setWatches: fc.record(watches),
  setWatches2: fc.record({ ...watches, persistentWatches: texts, persistentRecursiveWatches: texts }),
  addWatch: fc.record({ path: text, mode: int }),
  checkWatches: fc.record({ path: text, type: int }),
  removeWatches: fc.record({ path: text, type: int }),
  reconfig: fc.record({
    joiningServers: fc.option(text),
    leavingServers: fc.option(text),
    newMembers: fc.option(text),
    curConfigId: long,
  }),
};

const responses: Record<keyof typeof RESPONSES, Arbitrary<unknown>> = {
  create: path,
  create2: created,
  createContainer: created,
  createTTL: created,
  delete: nothing,
  exists: onlyStat,
  getData: data,
  setData: onlyStat,
  getACL: fc.record({ acl, stat }),
  setACL: onlyStat,
  getChildren: fc.record({ children: texts }),
  getChildren2: fc.record({ children: texts, stat }),
  getEphemerals: fc.record({ ephemerals: texts }),
  getAllChildrenNumber: fc.record({ totalNumber: int }),
  check: nothing,
  sync: path,
  ping: nothing,
  closeSession: nothing,
  auth: nothing,
  sasl: fc.record({ token: bytes }),
  setWatches: nothing,
  setWatches2: nothing,
  addWatch: fc.record({ err: int }),
  checkWatches: nothing,
  removeWatches: nothing,
  reconfig: data,
};

const inMulti = ["create", "create2", "createContainer", "createTTL", "delete", "setData", "check"] as const;
const inMultiRead = ["getData", "getChildren"] as const;
const tagged = (bodies: Readonly<Record<string, Arbitrary<unknown>>>): Arbitrary<unknown>[] =>
  [...inMulti, ...inMultiRead].map((op) => fc.record({ op: fc.constant(op), body: bodies[op] ?? nothing }));
const failed = fc.record({ op: fc.constant("error"), err: int });

const cases: [string, Codec<unknown>, Arbitrary<unknown>][] = [
  ["a request header", RequestHeader, fc.record({ xid: int, type: int })],
  ["a reply header", ReplyHeader, fc.record({ xid: int, zxid: long, err: int })],
  ["a watch event", WatcherEvent, fc.record({ type: int, state: int, path: text })],
  ["a multi request", MultiRequest, fc.array(fc.oneof(...tagged(requests)), { maxLength: 4 })],
  ["a multi response", MultiResponse, fc.array(fc.oneof(...tagged(responses), failed), { maxLength: 4 })],
  ...Object.entries(requests).map(([op, arbitrary]): (typeof cases)[number] => [
    `a ${op} request`,
    REQUESTS[op as keyof typeof REQUESTS],
    arbitrary,
  ]),
  ...Object.entries(responses).map(([op, arbitrary]): (typeof cases)[number] => [
    `a ${op} response`,
    RESPONSES[op as keyof typeof RESPONSES],
    arbitrary,
  ]),
];

const handshakes: typeof cases = [
  [
    "a connect request",
    ConnectRequest,
    fc.record({
      protocolVersion: int,
      lastZxidSeen: long,
      timeOut: int,
      sessionId: long,
      passwd: bytes,
      readOnly: fc.option(fc.boolean(), { nil: undefined }),
    }),
  ],
  [
    "a connect response",
    ConnectResponse,
    fc.record({
      protocolVersion: int,
      timeOut: int,
      sessionId: long,
      passwd: bytes,
      readOnly: fc.option(fc.boolean(), { nil: undefined }),
    }),
  ],
];

describe("records", () => {
  it.each([...cases, ...handshakes])("%s is read as it was written", (_what, codec, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        expect(decode(codec, encode(codec, value))).toEqual(value);
      }),
    );
  });

  it.each(cases)("%s that is cut short anywhere throws the one error", (_what, codec, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (value) => {
        const whole = encode(codec, value);
        for (let length = 0; length < whole.length; length++) {
          expect(() => decode(codec, whole.subarray(0, length))).toThrow(ProtocolError);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("a handshake cut short throws, unless only its trailing byte is missing", () => {
    const whole = encode(ConnectRequest, {
      protocolVersion: 0,
      lastZxidSeen: 0n,
      timeOut: 4_000,
      sessionId: 0n,
      passwd: Buffer.alloc(16),
      readOnly: true,
    });
    expect(whole).toHaveLength(45);
    expect(decode(ConnectRequest, whole.subarray(0, 44)).readOnly).toBeUndefined();
    for (let length = 0; length < 44; length++) {
      expect(() => decode(ConnectRequest, whole.subarray(0, length))).toThrow(ProtocolError);
    }
  });

  it("arbitrary bytes are read or refused, with no other error", () => {
    fc.assert(
      fc.property(fc.constantFrom(...cases, ...handshakes), fc.uint8Array({ maxLength: 80 }), ([, codec], noise) => {
        try {
          decode(codec, Buffer.from(noise));
        } catch (error) {
          expect(error).toBeInstanceOf(ProtocolError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it("a multi refuses an operation that cannot be part of one", () => {
    // A header of type exists, not done.
    expect(() => decode(MultiRequest, Buffer.from("0000000300ffffffff", "hex"))).toThrow("exists within a multi");
  });
});
