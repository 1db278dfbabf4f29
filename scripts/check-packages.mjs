/**
 * Packs every package as it would be published, and checks the tarballs: publint for the manifest, attw for what
 * TypeScript finds in it. Needs a build.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const bin = (name) => join(root, "node_modules", ".bin", name);

const tarballs = mkdtempSync(join(tmpdir(), "zookit-packages-"));
try {
  for (const folder of readdirSync(join(root, "packages"))) checkPackage(join(root, "packages", folder));
} finally {
  rmSync(tarballs, { recursive: true });
}

function checkPackage(directory) {
  const { name, private: isPrivate } = JSON.parse(readFileSync(join(directory, "package.json"), "utf8"));
  if (isPrivate) return;
  const { packageManager } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));
  const packed = run("npx", ["--yes", packageManager, "pack", "--json", "--pack-destination", tarballs], directory);
  const { filename: tarball } = JSON.parse(packed);
  run(bin("publint"), ["--strict", tarball], directory);
  // The packages are ESM only: neither require() nor the resolution of before 2020 is meant to find them.
  run(bin("attw"), ["--profile", "esm-only", tarball], directory);
  process.stdout.write(`${name}: publint and attw find nothing\n`);
}

function run(command, args, cwd) {
  const { status, stdout, stderr, error } = spawnSync(command, args, { cwd, encoding: "utf8" });
  if (status === 0) return stdout;
  process.stderr.write(`${stdout ?? ""}${stderr ?? ""}${error?.message ?? ""}\n`);
  process.stderr.write(`failed in ${cwd}: ${command} ${args.join(" ")}\n`);
  process.exit(1);
}
