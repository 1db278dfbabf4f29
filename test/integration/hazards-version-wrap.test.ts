/** The version of a znode is an int32 that wraps, and as an expected version -1 means "any". */
import { connect } from "@zookit/core";
import { startTestServer } from "@zookit/testing";
import { expect, it } from "vitest";

it("update refuses to write from version -1, which would be unconditional, and writes from those beside it (H43)", async () => {
  // A real server would need four thousand million writes to get there.
  await using server = await startTestServer();
  await using zk = await connect(server.hosts);
  await using other = await connect(server.hosts);
  await zk.create("/wrapped", "before");
  await server.setCounters("/wrapped", { version: -1 });
  // Somebody writes between the read and the compare-and-set: an unconditional set would undo that.
  const update = zk.update("/wrapped", async () => {
    await other.set("/wrapped", "theirs");
    return "ours";
  });
  await expect(update).rejects.toMatchObject({ code: "unknown-outcome", outcome: "not-applied", path: "/wrapped" });
  expect(String((await zk.get("/wrapped")).data)).toBe("theirs");
  for (const version of [-2, 2 ** 31 - 1]) {
    await server.setCounters("/wrapped", { version });
    const { stat } = await zk.update("/wrapped", () => `from ${version}`);
    expect(stat.version).toBe((version + 1) | 0);
  }
});
