import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect } from "@zookit/core";
import { startTestServer } from "@zookit/testing";
import { afterEach, beforeEach, describe, expect, it } from "vitest";

describe("a module that is loaded while there is a connection", () => {
  let folder: string;

  beforeEach(async () => {
    folder = await realpath(await mkdtemp(join(tmpdir(), "zookit-modules-")));
    await mkdir(join(folder, "real"));
    await symlink("real", join(folder, "link"));
    for (const file of ["before.cjs", "real/after.cjs"]) await writeFile(join(folder, file), "");
  });
  afterEach(() => rm(folder, { recursive: true }));

  it("is found behind symbolic links, as pnpm lays packages out", async () => {
    const { resolve } = createRequire(join(folder, "main.cjs"));
    // From now on Node.js knows that the folder itself is no link.
    resolve("./before.cjs");
    await using server = await startTestServer();
    await using _zk = await connect(server.hosts);
    expect(resolve("./link/after.cjs")).toBe(join(folder, "real/after.cjs"));
  });
});
