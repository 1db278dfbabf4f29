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

const EXPLANATIONS = `How to read it. The reasons were read in the sources of kazoo 2.8.0; beside the histories there is no test that shows each by itself.
For the checker, a history that is far from any order can be a search without end.

- *linearizable (mutex)*: a lock is held as long as the listener has not heard otherwise. A process that stood still hears of it
  late, and its client has no deadline of its own that passes meanwhile. kazoo's documentation does not claim that it has.
- *linearizable (counter)*: an addition is a compare-and-set that is tried again after a connection loss, with what is stored by
  then: one that was applied, and of which the answer was lost, is applied twice (\`recipe/counter.py\`, \`_change\`).
- *nothing is left behind*: a lock's create is tried again, or given up, when its answer was lost, and cleaning up is a single
  attempt without a sync (\`recipe/lock.py\`, \`_best_effort_cleanup\`); such a znode blocks the lock for as long as the session lives.
- *every partition has an owner*: whoever waits behind such a znode waits on. A member that does not find itself among the
  members ends its allocating thread by a \`ValueError\` (\`recipe/partitioner.py\`, \`_partitioner\`), and its state stays as it is.
- *no worker crashes*: the client's connection loop ends with a \`RuntimeError\` about xids that do not match, after connecting had
  timed out several times (\`protocol/connection.py\`, \`_read_response\`), and so does the call that waits. Why was not found out:
  the proxies never lose a reply and go on with the same connection.
- *progress after healing (double-barrier)*, and its rules: entering and leaving take no time-out, members of the next passage
  mix with those of the one before, and the znode \`ready\` is counted as if it were a member (\`recipe/barrier.py\`).`;
