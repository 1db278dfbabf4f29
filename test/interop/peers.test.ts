import { beforeEach, describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot } from "../harness/shared.js";
import { missingPeers } from "./available.js";
import { Ledger } from "./ledger.js";
import { pairings } from "./pairings.js";
import { PeerProcess } from "./peer-process.js";

const hosts = sharedHosts();
const missing = await missingPeers();

beforeEach((context) => context.skip(missing !== "", `needs Debian's packages ${missing}`));

describe.each(pairings)("the witness of the contention tests, with the peers of: $name", ({ startPeer }) => {
  it("reports no overlap and no lost update while the peers share a lock", async () => {
    const path = uniqueRoot();
    await using ledger = await Ledger.open();
    await using first = await startPeer(hosts, path, { name: "first" });
    await using second = await startPeer(hosts, path, { name: "second" });

    const contention = { ledger, rounds: 10, holdMs: 4 };
    await Promise.all([first.contend(contention), second.contend(contention)]);

    const report = await ledger.report();
    expect(report.overlaps).toEqual([]);
    expect(report.entries.map(({ n }) => n)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(report.counter).toBe(20);
  });

  it("reports the overlap and the lost update of a peer that enters without the common lock", async () => {
    await using ledger = await Ledger.open();
    await using stranger = await startPeer(hosts, uniqueRoot(), { name: "stranger" });

    await ledger.visit("test", () => stranger.contend({ ledger, rounds: 1, holdMs: 0 }));

    const report = await ledger.report();
    expect(report.overlaps).toEqual([
      "stranger entered although another peer was inside",
      "stranger entered before test had left",
    ]);
    expect(report.counter).toBe(1);
    expect(report.entries).toHaveLength(2);
  });

  it("tells a peer that gave up waiting from one that failed", async () => {
    const path = uniqueRoot();
    await using holder = await startPeer(hosts, path);
    await using waiter = await startPeer(hosts, path);

    await holder.acquire();

    await expect(waiter.acquire({ timeoutMs: 200 })).rejects.toMatchObject({ name: "PeerError", code: "timeout" });
  });
});

describe("a peer process", () => {
  const program = { name: "shell", command: "/bin/sh", remedy: "Debian package: dash" };

  it("names the Debian package when its program is not installed", async () => {
    const start = PeerProcess.start({ ...program, args: [], command: "/nonexistent/interpreter" });

    await expect(start).rejects.toThrow("cannot run /nonexistent/interpreter (Debian package: dash)");
  });

  it("reports what its program wrote to standard error when it ends before it is ready", async () => {
    const start = PeerProcess.start({ ...program, args: ["-c", "echo broken >&2; exit 7"] });

    await expect(start).rejects.toThrow("shell ended with code 7 broken");
  });
});
