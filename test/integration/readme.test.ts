import { execFile } from "node:child_process";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { connect } from "@zookit/core";
import { describe, expect, it } from "vitest";
import { sharedHosts, uniqueRoot } from "../harness/index.js";

const root = new URL("../../", import.meta.url);
const HOSTS_IN_README = /zk1:2181,zk2:2181,zk3:2181\/my-service/g;

/** What a README's code takes from the application around it. */
const APPLICATION = `
const fetchRows = async (_: { signal: AbortSignal }) => ["a row"];
const storeReport = async (_: string[], { fencingToken }: { fencingToken: bigint }) => fencingToken;
`;

const FILES = [
  "README.md",
  "docs/testing.md",
  "packages/barrier/README.md",
  "packages/core/README.md",
  "packages/counter/README.md",
  "packages/election/README.md",
  "packages/lock/README.md",
  "packages/partitioner/README.md",
  "packages/party/README.md",
  "packages/testing/README.md",
];

/** A block that begins with a comment of this kind is a file that the others import, and no program. */
const FILE_NAME = /^\/\/ ([a-z-]+\.ts)\n/;

describe("the code in the documentation", () => {
  it.each(FILES)("of %s runs", async (file) => {
    const text = await readFile(new URL(file, root), "utf8");
    const blocks = [...text.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code = ""]) => code);
    expect(blocks.length).toBeGreaterThan(0);
    const chroot = uniqueRoot();
    // Beside the packages, where their names resolve.
    const folder = await mkdtemp(fileURLToPath(new URL("test/.readme-", root)));
    try {
      for (const [index, code] of blocks.entries()) {
        const [, name] = FILE_NAME.exec(code) ?? [];
        const program = `${folder}/${name ?? `block-${index}.ts`}`;
        await writeFile(program, APPLICATION + code.replaceAll(HOSTS_IN_README, sharedHosts() + chroot));
        if (name !== undefined) continue;
        const args = ["--conditions=@zookit/source", "--import", "./scripts/run-typescript.mjs", program];
        await promisify(execFile)(process.execPath, args, { cwd: fileURLToPath(root), timeout: 30_000 });
      }
    } finally {
      await rm(folder, { recursive: true, force: true });
      await using zk = await connect(sharedHosts());
      if (await zk.exists(chroot)) await zk.delete(chroot, { recursive: true });
    }
  });
});
