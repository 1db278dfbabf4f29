import type { RunReport } from "./report.js";
import { faultTable, findingTable, operationTable, overlapTable, runTable } from "./tables.js";

/** What the same campaign says about kazoo's recipes. */
export function baseline(reports: readonly RunReport[]): string {
  const [first] = reports;
  if (first === undefined)
    return `## The baseline: kazoo

The same campaign with kazoo's recipes in the workers has not been done yet.
`;
  const { seed, minutes } = first.options;
  return `## The baseline: kazoo

The same campaign, with kazoo 2.8.0 in the workers (\`campaign/kazoo/worker.py\`) where it has the recipe: lock, counter, party,
double barrier, partitioner. The workers do what its documentation tells applications to do: they count nothing as held from the
moment at which their listener hears of SUSPENDED or LOST, and join a party again after a lost session. Where kazoo promises less
than zookit does, what the checkers find is no defect of kazoo; it is what the difference amounts to.

${runTable(reports)}

${findingTable(reports)}

${EXPLANATIONS}

${overlapTable(reports)}

${operationTable(reports)}

${faultTable(reports)}

\`\`\`sh
pnpm campaign --workers-of kazoo --minutes ${minutes} --seed ${seed}
\`\`\`

runs it again, where Debian's python3-kazoo is installed.
`;
}

const EXPLANATIONS = `How to read it:`;
