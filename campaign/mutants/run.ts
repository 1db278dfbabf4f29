/**
 * Checks the checkers: a short campaign on each of some mutants, copies of the sources with one mistake in them, must find
 * something.
 *
 * pnpm campaign:mutants                all of them; more than a minute each
 * pnpm campaign:mutants "token" "sync" those whose names contain one of the words
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Copy } from "../../test/mutants/copy.js";
import type { Mutant } from "../../test/mutants/mutant.js";
import type { RunReport } from "../report/report.js";
import { CAMPAIGN_MUTANTS } from "./mutants.js";

const CHECKOUT = fileURLToPath(new URL("../..", import.meta.url));
/** What a campaign consists of, beside what all copies have. */
const ALSO = ["campaign", "test/harness", "scripts"];
const MINUTES = 0.8;
/** What goes wrong in so short a time is a matter of luck: a mutant that is not caught has another chance. */
const CHANCES = 3;
const LIMIT_MS = 240_000;

/** What a campaign found on the mutant; undefined if nothing. @throws {Error} there was no campaign. */
async function findingOn(copy: Copy, seed: number): Promise<string | undefined> {
  const folder = await mkdtemp(join(copy.root, "run-"));
  const flags = ["--conditions=@zookit/source", "--import", "./scripts/run-typescript.mjs"];
  const args = ["campaign/main.ts", "--minutes", String(MINUTES), "--seed", String(seed), "--folder", folder];
  const child = spawn(process.execPath, [...flags, ...args], {
    cwd: copy.root,
    stdio: ["ignore", "ignore", "inherit"],
  });
  const timer = setTimeout(() => child.kill("SIGKILL"), LIMIT_MS);
  await new Promise((resolve, reject) => child.on("close", resolve).on("error", reject));
  clearTimeout(timer);
  const report = JSON.parse(await readFile(join(folder, "report.json"), "utf8")) as RunReport;
  const [finding] = report.findings;
  if (finding !== undefined) return `${finding.rule} (${finding.where}), ${report.findings.length} findings`;
  return report.exhausted.length > 0 ? `the checker of ${report.exhausted[0]} came to no end` : undefined;
}

async function isCaught(copy: Copy, mutant: Mutant): Promise<boolean> {
  return await copy.with(mutant, async () => {
    for (let seed = 1; seed <= CHANCES; seed++) {
      const found = await findingOn(copy, seed);
      say(`${found === undefined ? "nothing found" : "caught"}  ${mutant.name}, seed ${seed}: ${found ?? ""}`);
      if (found !== undefined) return true;
    }
    return false;
  });
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

const words = process.argv.slice(2).filter((word) => word !== "--");
const chosen = CAMPAIGN_MUTANTS.filter(({ name }) => words.length === 0 || words.some((word) => name.includes(word)));
if (chosen.length === 0) throw new Error(`no mutant has a name with ${words.join(" or ")} in it`);
await using copy = await Copy.of(CHECKOUT, ALSO);
const missed: Mutant[] = [];
for (const mutant of chosen) if (!(await isCaught(copy, mutant))) missed.push(mutant);
say(`${chosen.length - missed.length} of ${chosen.length} mutants caught`);
if (missed.length > 0) process.exitCode = 1;
