/**
 * Bad arguments of every public function: a typed error before anything is sent, and nothing changed. The binding would end
 * the process for some of them (N27).
 */
import { connect, digestAcl, type ZooKeeper } from "@zookit/core";
import { Election } from "@zookit/election";
import { Lock, MultiLock, ReadWriteLock, Semaphore, withLock } from "@zookit/lock";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot } from "../harness/index.js";
import {
  BAD_DATA,
  BAD_OPTIONS,
  BAD_PATHS,
  type BadValue,
  NOT_FUNCTIONS,
  NOT_OPTIONS,
  NOT_STRINGS,
  type OptionName,
  OVERSIZED_BYTES,
  TRAILING_SLASH,
} from "./support/bad-values.js";
import { complaintAbout, INVALID, notRefused, rejectionOf, TOO_LARGE } from "./support/refusal.js";
import { snapshot } from "./support/snapshot.js";

let zk: ZooKeeper;
let root: string;
let before: unknown;

beforeAll(async () => {
  zk = await connect(sharedHosts());
});
afterAll(async () => {
  await zk.close();
});
beforeEach(async () => {
  root = uniqueRoot();
  await zk.create(`${root}/child`, "data", { parents: true });
  before = await snapshot(zk, root);
});
afterEach(async () => {
  expect(await snapshot(zk, root), "what is stored has changed").toEqual(before);
  expect(zk.session.epoch, "the session was lost").toBe(1);
  await zk.delete(root, { recursive: true });
});

const ran = () => {
  throw new Error("the callback ran");
};

interface Method {
  readonly options: readonly OptionName[];
  readonly call: (path: string, options?: never) => unknown;
}

const WAIT: readonly OptionName[] = ["signal", "timeoutMs"];
const ACQUIRE: readonly OptionName[] = ["onWaiting", ...WAIT];

/** Every method that takes a path and returns a promise. `path` and `options` are what a test makes wrong. */
const METHODS: Readonly<Record<string, Method>> = {
  create: {
    options: ["mode", "acl", "ttlMs", "parents", ...WAIT],
    call: (path, options) => zk.create(path, "x", options),
  },
  get: { options: WAIT, call: (path, options) => zk.get(path, options) },
  exists: { options: WAIT, call: (path, options) => zk.exists(path, options) },
  children: { options: WAIT, call: (path, options) => zk.children(path, options) },
  sync: { options: WAIT, call: (path, options) => zk.sync(path, options) },
  set: { options: ["version", ...WAIT], call: (path, options) => zk.set(path, "x", options) },
  setAcl: {
    options: ["version", ...WAIT],
    call: (path, options) => zk.setAcl(path, [digestAcl("nobody", "nothing")], options),
  },
  delete: { options: ["version", "recursive", ...WAIT], call: (path, options) => zk.delete(path, options) },
  ensurePath: { options: WAIT, call: (path, options) => zk.ensurePath(path, options) },
  update: { options: ["contains", ...WAIT], call: (path, options) => zk.update(path, () => "x", options) },
  "withLock()": {
    options: ["identifier", "dialect", ...ACQUIRE],
    call: (path, options) => withLock(zk, path, ran, options),
  },
  ...lockMethods("Lock", (path) => new Lock(zk, path)),
  ...lockMethods("ReadWriteLock.read", (path) => new ReadWriteLock(zk, path).read),
  ...lockMethods("ReadWriteLock.write", (path) => new ReadWriteLock(zk, path).write),
  "MultiLock.acquire": { options: WAIT, call: async (path, options) => await multi(path).acquire(options) },
  "MultiLock.tryAcquire": { options: WAIT, call: async (path, options) => await multi(path).tryAcquire(options) },
  "MultiLock.withLock": { options: WAIT, call: async (path, options) => await multi(path).withLock(ran, options) },
  "Semaphore.acquire": {
    options: ["permits", "onWaiting", ...WAIT],
    call: async (path, options) => await new Semaphore(zk, path, 2).acquire(options),
  },
  "Semaphore.tryAcquire": {
    options: ["permits", ...WAIT],
    call: async (path, options) => await new Semaphore(zk, path, 2).tryAcquire(options),
  },
  "Semaphore.setLimit": {
    options: WAIT,
    call: async (path, options) => await new Semaphore(zk, path, 2).setLimit(3, options),
  },
  "Semaphore.limit": { options: WAIT, call: async (path, options) => await new Semaphore(zk, path, 2).limit(options) },
  "Semaphore.holders": {
    options: WAIT,
    call: async (path, options) => await new Semaphore(zk, path, 2).holders(options),
  },
  "Election.campaign": { options: WAIT, call: async (path, options) => await new Election(zk, path).campaign(options) },
  "Election.run": {
    options: ["signal"],
    call: async (path, options) => await new Election(zk, path).run(ran, options),
  },
  "Election.leader": { options: WAIT, call: async (path, options) => await new Election(zk, path).leader(options) },
  "Election.contenders": {
    options: WAIT,
    call: async (path, options) => await new Election(zk, path).contenders(options),
  },
};

/** The methods that a lock and both sides of a read/write lock have. */
function lockMethods(name: string, lockAt: (path: string) => Lock | ReadWriteLock["read" | "write"]) {
  const methods: Readonly<Record<string, Method>> = {
    acquire: { options: ACQUIRE, call: async (path, options) => await lockAt(path).acquire(options) },
    tryAcquire: { options: WAIT, call: async (path, options) => await lockAt(path).tryAcquire(options) },
    withLock: { options: ACQUIRE, call: async (path, options) => await lockAt(path).withLock(ran, options) },
    contenders: { options: WAIT, call: async (path, options) => await lockAt(path).contenders(options) },
    requestRelease: { options: WAIT, call: async (path, options) => await lockAt(path).requestRelease(options) },
  };
  return Object.fromEntries(Object.entries(methods).map(([method, what]) => [`${name}.${method}`, what]));
}

function multi(path: string): MultiLock {
  return new MultiLock([new Lock(zk, path), new Lock(zk, `${root}/child`)]);
}

/** What is called at once and checks its arguments then, rather than when it is first awaited. */
const SYNCHRONOUS: Readonly<Record<string, Method>> = {
  watchData: { options: ["signal"], call: (path, options) => zk.watchData(path, options) },
  watchChildren: { options: ["signal"], call: (path, options) => zk.watchChildren(path, options) },
  "new Lock": { options: ["identifier", "dialect"], call: (path, options) => new Lock(zk, path, options) },
  "new ReadWriteLock": {
    options: ["identifier", "dialect"],
    call: (path, options) => new ReadWriteLock(zk, path, options),
  },
  "new Semaphore": { options: ["identifier"], call: (path, options) => new Semaphore(zk, path, 2, options) },
  "new Election": { options: ["identifier", "dialect"], call: (path, options) => new Election(zk, path, options) },
  "Election.observe": { options: ["signal"], call: (path, options) => new Election(zk, path).observe(options) },
};

describe.each(Object.entries(METHODS))("%s rejects, and changes nothing, for", (_, { options, call }) => {
  it("every bad path", async () => {
    expect(await notRefused([...BAD_PATHS, ...TRAILING_SLASH], (path) => call(path))).toEqual([]);
  });

  it("options that are none", async () => {
    expect(await notRefused(NOT_OPTIONS, (value) => call(root, value))).toEqual([]);
  });

  it.each(options)("every bad %s", async (option) => {
    expect(await notRefused(BAD_OPTIONS[option], (value) => call(root, { [option]: value } as never))).toEqual([]);
  });

  it("a path that no packet can carry, without losing the connection by it (H10)", async () => {
    const lost = zk.session.lost;
    const error = await rejectionOf(() => call(`/${"a".repeat(OVERSIZED_BYTES)}`, { timeoutMs: 2_000 } as never));
    expect([complaintAbout(error, TOO_LARGE), complaintAbout(error, INVALID)]).toContain(undefined);
    expect([lost.aborted, zk.state]).toEqual([false, "connected"]);
  });
});

describe.each(Object.entries(SYNCHRONOUS))("%s throws at once for", (_, { options, call }) => {
  it("every bad path", async () => {
    expect(await notRefused([...BAD_PATHS, ...TRAILING_SLASH], (path) => call(path), "throws")).toEqual([]);
  });

  it("options that are none", async () => {
    expect(await notRefused(NOT_OPTIONS, (value) => call(root, value), "throws")).toEqual([]);
  });

  it.each(options)("every bad %s", async (option) => {
    const attempt = (value: never) => call(root, { [option]: value } as never);
    expect(await notRefused(BAD_OPTIONS[option], attempt, "throws")).toEqual([]);
  });
});

describe("states throws at once for", () => {
  it("options that are none, and every bad signal", async () => {
    expect(await notRefused(NOT_OPTIONS, (value) => zk.states(value), "throws")).toEqual([]);
    expect(await notRefused(BAD_OPTIONS.signal, (signal) => zk.states({ signal }), "throws")).toEqual([]);
  });
});

describe("data is refused", () => {
  const oversized: readonly BadValue[] = [
    { name: "a text", value: "x".repeat(OVERSIZED_BYTES) },
    { name: "bytes", value: new Uint8Array(OVERSIZED_BYTES) },
    { name: "a text that is oversized only as UTF-8", value: "€".repeat(OVERSIZED_BYTES / 3 + 1) },
  ];
  const WRITERS: Readonly<Record<string, (data: never) => unknown>> = {
    create: (data) => zk.create(`${root}/new`, data),
    "create with parents": (data) => zk.create(`${root}/new/below`, data, { parents: true }),
    set: (data) => zk.set(root, data),
    update: (data) => zk.update(root, () => data),
  };

  it.each(Object.entries(WRITERS))(
    "by %s when it is neither text nor bytes, or no text that UTF-8 can carry",
    async (_, write) => {
      expect(await notRefused(BAD_DATA, write)).toEqual([]);
    },
  );

  it.each(Object.entries(WRITERS))(
    "by %s when it is oversized, without losing the connection by it (H10)",
    async (_, write) => {
      expect(await notRefused(oversized, write, "rejects", TOO_LARGE)).toEqual([]);
      expect(zk.state).toBe("connected");
    },
  );

  it("by set when it is missing", async () => {
    expect(await notRefused([{ name: "undefined", value: undefined }], (data) => zk.set(root, data))).toEqual([]);
  });

  it("by a lock when its identifier is oversized, without leaving a znode or the lock's parent behind (H10)", async () => {
    const lock = new Lock(zk, `${root}/lock`, { identifier: "x".repeat(OVERSIZED_BYTES) });
    for (const call of [() => lock.acquire(), () => lock.tryAcquire(), () => lock.withLock(ran)]) {
      expect(complaintAbout(await rejectionOf(call), TOO_LARGE)).toBeUndefined();
    }
  });

  it("by a semaphore when its identifier is oversized, before anything is made (H10)", async () => {
    const identifier = { name: "a text", value: "x".repeat(OVERSIZED_BYTES) };
    const make = (value: string) => new Semaphore(zk, `${root}/semaphore`, 1, { identifier: value });
    expect(await notRefused([identifier], make, "throws", TOO_LARGE)).toEqual([]);
  });

  it("by an election when its identifier is oversized, and by a leader's proclamation (H10)", async () => {
    const path = `${root}/election`;
    const campaign = () => new Election(zk, path, { identifier: "x".repeat(OVERSIZED_BYTES) }).campaign();
    expect(complaintAbout(await rejectionOf(campaign), TOO_LARGE)).toBeUndefined();
    const leadership = await new Election(zk, path).campaign();
    const { data, stat } = await zk.get(leadership.path);
    expect(await notRefused(oversized, (value) => leadership.proclaim(value), "rejects", TOO_LARGE)).toEqual([]);
    expect(await notRefused(BAD_DATA, (value) => leadership.proclaim(value))).toEqual([]);
    expect(await notRefused(NOT_OPTIONS, (options) => leadership.proclaim("x", options))).toEqual([]);
    expect(await notRefused(NOT_OPTIONS, (options) => leadership.resign(options))).toEqual([]);
    expect(await zk.get(leadership.path)).toEqual({ data, stat });
    expect(leadership.isHeld()).toBe(true);
    await leadership.resign();
    await zk.delete(path);
    before = await snapshot(zk, root);
  });

  it("by setAcl when the list is oversized, without losing the connection by it (H10)", async () => {
    const acl = Array.from({ length: 20_000 }, (_, index) => digestAcl(`user-${index}`, "x", 1));
    const error = await rejectionOf(() => zk.setAcl(root, acl, { timeoutMs: 2_000 }));
    expect([complaintAbout(error, TOO_LARGE), complaintAbout(error, INVALID)]).toContain(undefined);
    expect(zk.state).toBe("connected");
  });
});

describe("single arguments", () => {
  it("setAcl rejects every bad list", async () => {
    const values = [...BAD_OPTIONS.acl, { name: "undefined", value: undefined }];
    expect(await notRefused(values, (acl) => zk.setAcl(root, acl))).toEqual([]);
  });

  it("update rejects what is no function", async () => {
    expect(await notRefused(NOT_FUNCTIONS, (fn) => zk.update(root, fn))).toEqual([]);
  });

  it("both forms of withLock reject what is no function, and take no lock", async () => {
    expect(await notRefused(NOT_FUNCTIONS, (fn) => withLock(zk, root, fn))).toEqual([]);
    const lock = new Lock(zk, root);
    expect(await notRefused(NOT_FUNCTIONS, (fn) => lock.withLock(fn))).toEqual([]);
  });

  it.each(["an update's function", "a lock's block"])(
    "what %s throws comes back as it is, also when it is no Error",
    async (whose) => {
      for (const thrown of ["a text", 42, null, undefined, new TypeError("a TypeError")]) {
        const fn = () => {
          throw thrown;
        };
        const call = whose === "a lock's block" ? () => withLock(zk, `${root}/child`, fn) : () => zk.update(root, fn);
        expect(await rejectionOf(call)).toBe(thrown);
      }
      // The lock has made of its parent nothing new, but children have come and gone.
      before = await snapshot(zk, root);
    },
  );

  it.each(["ephemeral", "ephemeral-sequential", "container"] as const)(
    "a %s znode cannot have a time to live",
    async (mode) => {
      const error = await rejectionOf(() => zk.create(`${root}/ttl`, "", { mode, ttlMs: 1_000 }));
      expect(complaintAbout(error, INVALID)).toBeUndefined();
    },
  );

  it("a sequential path is checked as it will be once it has its number", async () => {
    const bad = BAD_PATHS.filter(({ name }) => name !== "an empty path");
    for (const mode of ["persistent-sequential", "ephemeral-sequential"] as const) {
      expect(
        await notRefused([...bad, { name: "a trailing //", value: "/a//" }], (path) => zk.create(path, "", { mode })),
      ).toEqual([]);
    }
  });

  it("the root can be neither deleted nor locked", async () => {
    for (const call of [
      () => zk.delete("/"),
      () => zk.delete("/", { recursive: true }),
      () => withLock(zk, "/", ran),
    ]) {
      expect(complaintAbout(await rejectionOf(call), INVALID)).toBeUndefined();
    }
  });

  it("a lock takes nothing but a ZooKeeper for a client", async () => {
    const values = [...NOT_STRINGS, { name: "a look-alike", value: { ...zk, close: ran } }];
    expect(await notRefused(values, (client) => new Lock(client, root), "throws")).toEqual([]);
    expect(await notRefused(values, (client) => withLock(client, root, ran))).toEqual([]);
  });

  it("a multi-lock takes nothing but locks, one at least, and no two of one path (H63)", async () => {
    const lock = new Lock(zk, root);
    const { read, write } = new ReadWriteLock(zk, root);
    const values: readonly BadValue[] = [
      ...NOT_STRINGS.filter(({ name }) => name !== "an array"),
      { name: "no lock", value: [] },
      ...NOT_STRINGS.map(({ name, value }) => ({ name: `${name} for a lock`, value: [lock, value] })),
      { name: "a path for a lock", value: [root] },
      { name: "a lock twice", value: [lock, new Lock(zk, `${root}/child`), lock] },
      { name: "two locks of one path", value: [lock, new Lock(zk, root)] },
      { name: "both sides of a read/write lock", value: [read, write] },
      { name: "a read/write lock", value: [new ReadWriteLock(zk, root)] },
    ];
    expect(await notRefused(values, (members) => new MultiLock(members), "throws")).toEqual([]);
  });

  it("a semaphore's limit is a positive integer that four bytes can hold", async () => {
    const semaphore = new Semaphore(zk, root, 1);
    const values = [...BAD_OPTIONS.permits, { name: "undefined", value: undefined }];
    expect(await notRefused(values, (permits) => new Semaphore(zk, root, permits), "throws")).toEqual([]);
    expect(await notRefused(values, (limit) => semaphore.setLimit(limit))).toEqual([]);
  });

  it("a semaphore is neither the root, nor of anything but a ZooKeeper", async () => {
    const values = [...NOT_STRINGS, { name: "a look-alike", value: { ...zk, close: ran } }];
    expect(await notRefused(values, (client) => new Semaphore(client, root, 1), "throws")).toEqual([]);
    const theRoot = [{ name: "the root", value: "/" }];
    expect(await notRefused(theRoot, (path) => new Semaphore(zk, path, 1), "throws")).toEqual([]);
  });

  it("an election takes nothing but a ZooKeeper for a client, no identifier that could not be read back, and not the root", async () => {
    const clients = [...NOT_STRINGS, { name: "a look-alike", value: { ...zk, close: ran } }];
    expect(await notRefused(clients, (client) => new Election(client, root), "throws")).toEqual([]);
    const identifiers = ["", "a\0b", "\ud800"].map((value) => ({ name: JSON.stringify(value), value }));
    const attempt = (identifier: never) => new Election(zk, root, { identifier });
    expect(await notRefused(identifiers, attempt, "throws")).toEqual([]);
    expect(await notRefused([{ name: "the root", value: "/" }], (path) => new Election(zk, path), "throws")).toEqual(
      [],
    );
  });

  it("a run rejects what is no function, and elects nobody", async () => {
    expect(await notRefused(NOT_FUNCTIONS, (fn) => new Election(zk, root).run(fn))).toEqual([]);
  });

  it("digestAcl throws for users, passwords and permissions that are none", async () => {
    const users = [...NOT_STRINGS, { name: "a colon, which ends a user's name", value: "a:b" }];
    expect(await notRefused(users, (user) => digestAcl(user, "p"), "throws")).toEqual([]);
    expect(await notRefused(NOT_STRINGS, (password) => digestAcl("u", password), "throws")).toEqual([]);
    const permissions = [0, 32, -1, 1.5, Number.NaN, "31", null].map((value) => ({ name: String(value), value }));
    expect(await notRefused(permissions, (bits) => digestAcl("u", "p", bits), "throws")).toEqual([]);
  });
});

describe("release rejects, and keeps the lock, for", () => {
  const cases: readonly [string, readonly BadValue[]][] = [
    ["options that are none", NOT_OPTIONS],
    ["every bad signal", BAD_OPTIONS.signal.map(({ name, value }) => ({ name, value: { signal: value } }))],
    ["every bad time", BAD_OPTIONS.timeoutMs.map(({ name, value }) => ({ name, value: { timeoutMs: value } }))],
  ];

  it.each(cases)("%s", async (_, values) => {
    const handle = await new Lock(zk, `${root}/lock`).acquire();
    expect(await notRefused(values, (options) => handle.release(options))).toEqual([]);
    expect(handle.isHeld()).toBe(true);
    await handle.release();
    await zk.delete(`${root}/lock`);
    before = await snapshot(zk, root);
  });
});

describe("downgrade rejects, and keeps the write lock, for", () => {
  const cases: readonly [string, readonly BadValue[]][] = [
    ["options that are none", NOT_OPTIONS],
    ["every bad signal", BAD_OPTIONS.signal.map(({ name, value }) => ({ name, value: { signal: value } }))],
    ["every bad time", BAD_OPTIONS.timeoutMs.map(({ name, value }) => ({ name, value: { timeoutMs: value } }))],
  ];

  it.each(cases)("%s", async (_, values) => {
    const handle = await new ReadWriteLock(zk, `${root}/lock`).write.acquire();
    expect(await notRefused(values, (options) => handle.downgrade(options))).toEqual([]);
    expect(handle.isHeld()).toBe(true);
    expect((await zk.children(`${root}/lock`)).children).toHaveLength(1);
    await handle.release();
    await zk.delete(`${root}/lock`);
    before = await snapshot(zk, root);
  });
});

describe("connect rejects, and tries nothing, for", () => {
  const BAD_HOSTS: readonly BadValue[] = [
    ...NOT_STRINGS,
    ...[
      "",
      ",",
      "zk,",
      "/a",
      "zk:0",
      "zk:65536",
      "zk:port",
      "zk:",
      "::1",
      "[zk]",
      "a b",
      "zk//",
      "zk/a/",
      "zk/../a",
      "zk/\u0000",
      "z\u0000k",
      "z\ud800k",
    ].map((value) => ({ name: JSON.stringify(value), value })),
  ];

  it("every bad connect string", async () => {
    expect(await notRefused(BAD_HOSTS, (hosts) => connect(hosts, { connectTimeoutMs: 500 }))).toEqual([]);
  });

  it("options that are none", async () => {
    expect(await notRefused(NOT_OPTIONS, (options) => connect(sharedHosts(), options))).toEqual([]);
  });

  it.each(["sessionTimeoutMs", "connectTimeoutMs", "auth", "acl", "retry", "transport", "signal"] as const)(
    "every bad %s",
    async (option) => {
      const attempt = (value: never) => connect(sharedHosts(), { [option]: value });
      expect(await notRefused(BAD_OPTIONS[option], attempt)).toEqual([]);
    },
  );
});
