/**
 * Asks the checkers, as they are now, about runs that were recorded before.
 *
 * pnpm campaign:check folder…
 */
import { examineFolder } from "./folder.js";
import { findingList } from "./report/markdown.js";
import { isGood } from "./report/report.js";
import { verdictOf } from "./report/verdict.js";

const folders = process.argv.slice(2).filter((argument) => argument !== "--");
if (folders.length === 0) throw new Error("which runs? Give their folders");
for (const folder of folders) {
  const report = await examineFolder(folder);
  process.stdout.write(`${findingList([report])}\n${folder}: ${verdictOf([report])}\n`);
  if (!isGood(report)) process.exitCode = 1;
}
