import type { Mutant } from "./mutant.js";

/** Mistakes about sessions: their deadline, their connections, their watches. */
export const SESSION_MUTANTS: readonly Mutant[] = [
  {
    name: "no sync after a reconnect",
    standsFor: "the server behind a new connection is taken to be up to date",
    hazards: ["H2", "H18"],
    file: "packages/core/src/live-session.ts",
    search: `await this.#send("delete", { path: NOWHERE, version: -1 }, NO_CHROOT);`,
    replace: `if (isFirst) await this.#send("delete", { path: NOWHERE, version: -1 }, NO_CHROOT);`,
  },
  {
    name: "a sync is believed",
    standsFor: "a new connection counts once a sync was answered on it, which a deposed leader does too",
    hazards: ["H19"],
    file: "packages/core/src/live-session.ts",
    search: `await this.#send("delete", { path: NOWHERE, version: -1 }, NO_CHROOT);`,
    replace: `await this.#send("sync", { path: "/" }, NO_CHROOT);`,
  },
  {
    name: "deadline ignored",
    standsFor: "a session is taken to be valid until somebody says otherwise",
    hazards: ["H12", "H14", "H15"],
    file: "packages/core/src/liveness.ts",
    search: "if (isValidAt(this.#validity, now())) return true;",
    replace: "if (!this.#isOver) return true;",
  },
  {
    name: "reads move the deadline",
    standsFor: "an answer of any server is taken for one of the leader",
    hazards: ["H12", "H19"],
    file: "packages/core/src/live-session.ts",
    search: `new Set<OperationName>([...WRITES, "sync"])`,
    replace: `new Set<OperationName>([...WRITES, "sync", "get", "exists", "children"])`,
  },
  {
    name: "deadline from the answer",
    standsFor: "the deadline counts from when an answer came, not from when its request was sent",
    hazards: ["H12"],
    file: "packages/core/src/liveness.ts",
    search: "const validity = validityFrom(sentAt, this.#timeoutMs);",
    replace: "const validity = validityFrom(now(), this.#timeoutMs);",
  },
  {
    name: "late answer revives",
    standsFor: "an answer that is read after the deadline moves it on",
    hazards: ["H14"],
    file: "packages/core/src/liveness.ts",
    search: "if (!isAnswered || this.#isOver || (this.#validity !== undefined && !this.isValid())) return;",
    replace: "if (!isAnswered || this.#isOver) return;",
  },
  {
    name: "heartbeat by a read",
    standsFor: "the heartbeat is a read, which any server answers by itself: the deadline passes while all is well",
    hazards: ["H12", "H19"],
    file: "packages/core/src/live-session.ts",
    search: `this.#send("sync", { path: "/" }, NO_CHROOT).catch(() => {});`,
    replace: `this.#send("exists", { path: "/", watch: false }, NO_CHROOT).catch(() => {});`,
  },
  {
    name: "flood",
    standsFor: "requests are sent however many are under way, and the heartbeat is answered behind them",
    hazards: ["H27"],
    file: "packages/core/src/live-session.ts",
    search: "return this.#flow.run(() => {",
    replace: "return (async (send) => await send())(async () => {",
  },
  {
    name: "substituted session",
    standsFor: "a session that a server put in the place of one's own, on a later connection, is taken for that",
    hazards: ["H26"],
    file: "packages/core/src/live-session.ts",
    search: `if (this.#id !== "" && id !== this.#id) {`,
    replace: `if (this.#phase === "opening" && this.#id !== "" && id !== this.#id) {`,
  },
  {
    name: "any number of ephemerals",
    standsFor: "a session gets so many ephemeral znodes that its end stops the servers",
    hazards: ["H31"],
    file: "packages/core/src/live-session.ts",
    search: "    this.#ephemerals.check(operation, onServer, path);\n",
    replace: "",
  },
  {
    name: "monotonic clock alone",
    standsFor: "a suspended machine, whose monotonic clock stands still, does not count",
    hazards: ["H16"],
    file: "packages/core/src/validity.ts",
    search: "return at.monotonicMs < validity.monotonicMs && at.wallMs < validity.wallMs;",
    replace: "return at.monotonicMs < validity.monotonicMs;",
  },
  {
    name: "wall clock alone",
    standsFor: "a wall clock that is set back makes a session live longer",
    hazards: ["H17"],
    file: "packages/core/src/validity.ts",
    search: "return at.monotonicMs < validity.monotonicMs && at.wallMs < validity.wallMs;",
    replace: "return at.wallMs < validity.wallMs;",
  },
  {
    name: "silent watches after a reconnect",
    standsFor: "whoever waits is not woken after a reconnect, although events may have been missed",
    hazards: ["H33", "H35"],
    file: "packages/core/src/live-session.ts",
    search: "if (!isFirst) this.#watches.fireAll();",
    replace: "",
  },
  {
    name: "silent watches at the end of a session",
    standsFor: "whoever waits in a session is not woken when it ends",
    hazards: ["H35"],
    file: "packages/core/src/live-session.ts",
    search: "this.#lost.abort(reason);\n    this.#watches.fireAll();",
    replace: "this.#lost.abort(reason);",
  },
  {
    name: "watch set once",
    standsFor: "a stream arms its watch with the first read only",
    hazards: ["H32"],
    file: "packages/core/src/zookeeper.ts",
    search: `return observe(this.#client, checkPath(path), "data", signal, (session) =>
      session.request("get", { path, watch: true }),
    );`,
    replace: `let isArmed = false;
    return observe(this.#client, checkPath(path), "data", signal, (session) => {
      const watch = !isArmed;
      isArmed = true;
      return session.request("get", { path, watch });
    });`,
  },
  {
    name: "creation not watched",
    standsFor: "a stream arms no watch where there is no znode yet",
    hazards: ["H32", "H33"],
    file: "packages/core/src/observe.ts",
    search: `await session.request("exists", { path, watch: true });`,
    replace: `await session.request("exists", { path, watch: false });`,
  },
  {
    name: "change told by the version",
    standsFor: "a stream takes a znode that was made anew with the same version for unchanged",
    hazards: ["H42"],
    file: "packages/core/src/observe.ts",
    search: `  if (a.stat.czxid !== b.stat.czxid) return false;
  return kind === "data" ? a.stat.mzxid === b.stat.mzxid : a.stat.pzxid === b.stat.pzxid;`,
    replace: `  return kind === "data" ? a.stat.version === b.stat.version : a.stat.cversion === b.stat.cversion;`,
  },
];
