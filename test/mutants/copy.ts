import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join, sep } from "node:path";
import { applyEdit, editsOf, type Mutant, MutantError } from "./mutant.js";

const COPIED = [
  "package.json",
  "tsconfig.base.json",
  "tsconfig.json",
  "tsconfig.workspace.json",
  "packages",
  "test/simulation",
  // What simulations share with tests on servers.
  "test/integration/support",
  "test/mutants",
];
const WORKSPACE_SCOPE = "@zookit";

/** The sources in a directory of their own, to be changed and thrown away. */
export class Copy implements AsyncDisposable {
  readonly root: string;

  private constructor(root: string) {
    this.root = root;
  }

  /** Copies what the tests need of a checkout, and what else is wanted; everything that is installed is only linked. */
  static async of(checkout: string, also: readonly string[] = []): Promise<Copy> {
    const copy = new Copy(await realpath(await mkdtemp(join(tmpdir(), "zookit-mutant-"))));
    try {
      for (const path of [...COPIED, ...also]) await copySources(join(checkout, path), join(copy.root, path));
      await linkInstalled(join(checkout, "node_modules"), join(copy.root, "node_modules"));
      await copy.#checkLinks();
    } catch (error) {
      await copy[Symbol.asyncDispose]();
      throw error;
    }
    return copy;
  }

  /** Runs something while the mutant is in the sources. @throws {MutantError} it does not fit them. */
  async with<T>(mutant: Mutant, run: () => Promise<T>): Promise<T> {
    const originals = new Map<string, string>();
    try {
      for (const edit of editsOf(mutant)) {
        const path = join(this.root, edit.file);
        const source = await readFile(path, "utf8");
        if (!originals.has(path)) originals.set(path, source);
        await writeFile(path, applyEdit(source, edit));
      }
      return await run();
    } catch (error) {
      if (error instanceof MutantError) error.message = `${mutant.name}: ${error.message}`;
      throw error;
    } finally {
      for (const [path, source] of originals) await writeFile(path, source);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.root, { recursive: true, force: true });
  }

  /** A link that leads back to the checkout would have the tests run on sources that no mutant is in. */
  async #checkLinks(): Promise<void> {
    const packages = await readdir(join(this.root, "packages"));
    const folders = [this.root, ...packages.map((name) => join(this.root, "packages", name))];
    for (const folder of folders) {
      const scope = join(folder, "node_modules", WORKSPACE_SCOPE);
      for (const name of await readdir(scope).catch(() => [])) {
        const target = await realpath(join(scope, name));
        if (!target.startsWith(this.root + sep))
          throw new Error(`${scope}/${name} leads out of the copy, to ${target}`);
      }
    }
  }
}

/** Without what was built: a test that does not run on the sources must not find anything. */
async function copySources(from: string, to: string): Promise<void> {
  const filter = (path: string) => !["dist", ".cache"].includes(basename(path));
  await cp(from, to, { recursive: true, verbatimSymlinks: true, filter });
}

/**
 * pnpm's store is shared as it is, and holds nothing of the workspace; the links to the workspace's own packages are
 * relative and copied, so that they lead to the packages of the copy.
 */
async function linkInstalled(from: string, to: string): Promise<void> {
  await mkdir(to);
  for (const name of await readdir(from)) {
    if (name === WORKSPACE_SCOPE)
      await cp(join(from, name), join(to, name), { recursive: true, verbatimSymlinks: true });
    else if (name === ".pnpm" || !name.startsWith(".")) await symlink(join(from, name), join(to, name));
  }
}
