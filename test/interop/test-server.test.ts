import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { connect } from "@zookit/core";
import { Lock } from "@zookit/lock";
import { startTestServer, type TestServer } from "@zookit/testing";
import { afterAll, beforeAll, beforeEach, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot } from "../harness/shared.js";
import { waitUntil } from "../harness/wait-until.js";
import { missingPeers } from "./available.js";
import { curatorClassPath } from "./curator-classes.js";
import { pairings } from "./pairings.js";

const missing = await missingPeers();
const TIMEOUT_MS = 120_000;

let testServer: TestServer;
beforeAll(async () => {
  testServer = await startTestServer({ tickTimeMs: 200 });
});
afterAll(() => testServer.stop());
beforeEach((context) => context.skip(missing !== "", `needs Debian's packages ${missing}`));

/** What a peer prints: a JSON line for each check. */
interface CheckLine {
  readonly check: string;
  readonly ok: boolean;
  readonly detail: string | null;
}

/** Runs a peer program to its end. Why it failed stands in its lines, or, if it could not run, in the error. */
function runChecks(command: string, args: readonly string[]): Promise<readonly CheckLine[]> {
  return new Promise((resolve, reject) => {
    execFile(command, args, { timeout: TIMEOUT_MS }, (error, stdout, stderr) => {
      const lines = stdout.split("\n").filter((line) => line !== "");
      if (error !== null && lines.length === 0) reject(new Error(`${command}: ${stderr}`, { cause: error }));
      else resolve(lines.map((line) => JSON.parse(line) as CheckLine));
    });
  });
}

const failed = (lines: readonly CheckLine[]) => lines.filter(({ ok }) => !ok);

// Against ZooKeeper too: a check that fails there says nothing about the test server.
describe.each([
  ["ZooKeeper", sharedHosts],
  ["the test server", () => testServer.hosts],
])("on %s", (_, hosts) => {
  it("kazoo's recipes run unchanged", { timeout: TIMEOUT_MS }, async () => {
    const script = fileURLToPath(new URL("./peers/kazoo_recipes.py", import.meta.url));
    const lines = await runChecks("/usr/bin/python3", ["-B", script, hosts(), uniqueRoot()]);
    expect(failed(lines)).toEqual([]);
    expect(lines.map(({ check }) => check)).toEqual([
      "lock",
      "lock_excludes",
      "lock_times_out",
      "read_write_lock",
      "semaphore",
      "election",
      "party",
      "shallow_party",
      "party_ends_with_the_session",
      "counter",
      "barrier",
      "double_barrier",
      "queue",
      "watches",
      "transaction",
      "server_version",
    ]);
  });

  it("Curator's recipes run unchanged", { timeout: TIMEOUT_MS }, async () => {
    const classPath = await curatorClassPath("CuratorRecipes");
    const quickStart = ["-Xmx64m", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"];
    const lines = await runChecks("java", [...quickStart, "-cp", classPath, "CuratorRecipes", hosts(), uniqueRoot()]);
    expect(failed(lines)).toEqual([]);
    expect(lines.map(({ check }) => check)).toEqual([
      "mutex",
      "mutexExcludes",
      "mutexTimesOut",
      "readWriteLock",
      "multiLock",
      "semaphore",
      "leaderLatch",
      "leaderSelector",
      "groupMember",
      "atomicLong",
      "sharedCount",
      "barrier",
      "doubleBarrier",
      "persistentNode",
      "caches",
      "transaction",
    ]);
  });
});

describe.each(pairings)("on the test server, $name", ({ dialect, startPeer }) => {
  const sessionOf = async (before: ReadonlySet<string>): Promise<string> => {
    const added = (await testServer.sessions()).filter(({ id }) => !before.has(id));
    expect(added).toHaveLength(1);
    return added[0]?.id ?? "";
  };

  it("pass a lock on when the session of its holder is expired, which is told and can start anew", async () => {
    const path = uniqueRoot();
    await using zk = await connect(testServer.hosts);
    const before = new Set((await testServer.sessions()).map(({ id }) => id));
    await using peer = await startPeer(testServer.hosts, path);
    const session = await sessionOf(before);
    await peer.acquire();
    const ours = new Lock(zk, path, { dialect }).acquire({ timeoutMs: 20_000 });
    await waitUntil(async () => (await zk.children(path)).children.length === 2, { what: "zookit is queued" });
    await testServer.expireSession(session);
    const handle = await ours;
    const theirs = peer.release().then(
      () => peer.acquire({ timeoutMs: 20_000 }),
      () => peer.acquire({ timeoutMs: 20_000 }),
    );
    await handle.release();
    await theirs;
  });

  it("keep a lock when the connection of its holder drops", async () => {
    const path = uniqueRoot();
    await using zk = await connect(testServer.hosts);
    const before = new Set((await testServer.sessions()).map(({ id }) => id));
    await using peer = await startPeer(testServer.hosts, path);
    const session = await sessionOf(before);
    await peer.acquire();
    await testServer.dropConnection(session);
    const isBack = async () =>
      (await testServer.sessions()).some(({ id, isConnected }) => id === session && isConnected);
    await waitUntil(isBack, { what: "the peer is connected again" });
    expect(await new Lock(zk, path, { dialect }).tryAcquire()).toBeUndefined();
    await peer.release();
    await using handle = await new Lock(zk, path, { dialect }).acquire({ timeoutMs: 10_000 });
    expect(handle.isHeld()).toBe(true);
  });
});
