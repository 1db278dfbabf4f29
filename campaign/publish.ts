/**
 * Makes docs/safety.md from the reports of runs.
 *
 * pnpm campaign:publish folder…
 */
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { readReport } from "./folder.js";
import { safetyPage } from "./report/safety-page.js";

const PAGE = fileURLToPath(new URL("../docs/safety.md", import.meta.url));

const folders = process.argv.slice(2).filter((argument) => argument !== "--");
if (folders.length === 0) throw new Error("which runs? Give their folders");
const reports = await Promise.all(folders.map(readReport));
await writeFile(PAGE, safetyPage(reports));
process.stdout.write(`${PAGE} says what ${folders.length} runs have shown\n`);
