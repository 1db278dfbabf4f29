import { describe, expect, it } from "vitest";
import type { Change } from "../model/index.js";
import { checkServerOptions } from "./options.js";
import { type Client, Service } from "./service.js";

const NEW = { sessionId: 0n, password: Buffer.alloc(16), timeoutMs: 400 };
const acl = [{ scheme: "world", id: "anyone", permissions: 31 }];
const START_MS = 1_000_000;

/** A connection that keeps what happens to it. */
class FakeClient implements Client {
  readonly identities = [];
  readonly changes: Change[] = [];
  readonly #service: Service;
  session = 0n;
  isClosed = false;

  constructor(service: Service) {
    this.#service = service;
  }

  /** A connection with a session of its own. */
  static open(service: Service, timeoutMs = 400): FakeClient {
    const client = new FakeClient(service);
    client.session = service.connect(client, { ...NEW, timeoutMs }, START_MS)?.id ?? 0n;
    return client;
  }

  notify(change: Change): void {
    this.changes.push(change);
  }

  close(): void {
    this.isClosed = true;
    this.#service.disconnected(this);
  }
}

const service = () => new Service(checkServerOptions({ tickTimeMs: 100, ttlNodes: true }), START_MS);
const create = (path: string, mode: "ephemeral" | "persistent" | "container" = "persistent", ttlMs?: number) =>
  ({ type: "create", path, data: null, acl, mode, ttlMs }) as const;

describe("the service of a test server", () => {
  it("ends a session and its connection at the first tick after its time, and not before", () => {
    const zk = service();
    const client = FakeClient.open(zk);
    zk.write(client, create("/mine", "ephemeral"), START_MS);
    zk.expireOverdue(START_MS + 499);
    expect(client.isClosed).toBe(false);
    zk.expireOverdue(START_MS + 500);
    expect(client.isClosed).toBe(true);
    expect(zk.sessions.size).toBe(0);
    expect(zk.read(FakeClient.open(zk), { type: "exists", path: "/mine" }, false).code).toBe(-101);
  });

  it("counts from the last that was heard of the client", () => {
    const zk = service();
    const client = FakeClient.open(zk);
    zk.touch(client, START_MS + 450);
    zk.expireOverdue(START_MS + 899);
    expect(client.isClosed).toBe(false);
    zk.expireOverdue(START_MS + 900);
    expect(client.isClosed).toBe(true);
  });

  it("closes the connection that a session is taken over from, and does not take it for the new one when it is gone", () => {
    const zk = service();
    const first = FakeClient.open(zk);
    const grant = zk.connect(new FakeClient(zk), { ...NEW, sessionId: first.session }, START_MS);
    expect(grant).toBeUndefined();
    expect(first.isClosed).toBe(true);
    const second = new FakeClient(zk);
    const password = grantOf(zk, first.session);
    second.session = zk.connect(second, { sessionId: first.session, password, timeoutMs: 700 }, START_MS)?.id ?? 0n;
    expect(second.session).toBe(first.session);
    zk.disconnected(first);
    expect(zk.sessions.get(second.session)).toEqual({ timeoutMs: 700, client: second });
  });

  it("keeps a session without a connection until its time is up", () => {
    const zk = service();
    const client = FakeClient.open(zk);
    zk.disconnected(client);
    expect(zk.sessions.get(client.session)).toEqual({ timeoutMs: 400, client: undefined });
    zk.expireOverdue(START_MS + 500);
    expect(zk.sessions.size).toBe(0);
  });

  it("removes containers once they are empty again, and TTL znodes once they are old", () => {
    const zk = service();
    const client = FakeClient.open(zk);
    zk.write(client, create("/container", "container"), START_MS);
    zk.write(client, create("/container/ttl", "persistent", 1_000), START_MS);
    const isThere = (path: string) => zk.read(client, { type: "exists", path }, true).code === 0;
    zk.reap(START_MS + 1_000);
    expect(isThere("/container/ttl")).toBe(true);
    zk.reap(START_MS + 1_001);
    expect([isThere("/container/ttl"), isThere("/container")]).toEqual([false, true]);
    zk.reap(START_MS + 1_002);
    expect(isThere("/container")).toBe(false);
    expect(client.changes.map(({ path }) => path)).toEqual(["/container/ttl", "/container"]);
  });

  it("after a restart knows its sessions and data, gives each session its whole time, and has no connections", () => {
    const zk = service();
    const client = FakeClient.open(zk);
    zk.write(client, create("/kept"), START_MS);
    zk.read(client, { type: "get", path: "/kept" }, true);
    const before = zk.tree.lastZxid;
    zk.restart(START_MS + 499);
    expect(client.isClosed).toBe(true);
    expect(zk.watchCount).toBe(0);
    zk.expireOverdue(START_MS + 899);
    expect([...zk.sessions]).toEqual([[client.session, { timeoutMs: 400, client: undefined }]]);
    zk.write(client, create("/next"), START_MS + 899);
    expect(zk.tree.lastZxid >> 32n).toBe((before >> 32n) + 1n);
  });

  it("numbers sessions by the time of its start, so that two servers share none", () => {
    const early = FakeClient.open(service());
    const late = FakeClient.open(new Service(checkServerOptions(), START_MS + 1));
    expect(late.session - early.session).toBe(65_536n);
  });
});

/** The password of a session that was told to somebody else. */
function grantOf(zk: Service, id: bigint): Buffer {
  // Passwords follow from the id: another server that starts at the same time gives the same.
  const twin = service();
  const client = new FakeClient(twin);
  const grant = twin.connect(client, NEW, START_MS);
  expect(grant?.id).toBe(id);
  expect(zk.sessions.has(id)).toBe(true);
  return grant?.password ?? Buffer.alloc(0);
}
