/**
 * Makes docs/safety.md from the reports of runs.
 *
 * pnpm campaign:publish folder…
 */
import { readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { RunReport } from "./report/report.js";
import { safetyPage } from "./report/safety-page.js";

const PAGE = fileURLToPath(new URL("../docs/safety.md", import.meta.url));

const folders = process.argv.slice(2).filter((argument) => argument !== "--");
if (folders.length === 0) throw new Error("which runs? Give their folders");
const reports = await Promise.all(
  folders.map(async (folder) => JSON.parse(await readFile(join(folder, "report.json"), "utf8")) as RunReport),
);
await writeFile(PAGE, safetyPage(reports));
process.stdout.write(`${PAGE} says what ${folders.length} runs have shown\n`);
