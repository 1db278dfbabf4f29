import { DEFECTS } from "./defects.js";
import { figures, verdictOf } from "./markdown.js";
import type { RunReport } from "./report.js";
import { sum } from "./tables.js";

/** What the issue that asked for the campaign calls a long run. */
const LONG_RUN_MINUTES = 120;

/** `docs/safety.md`, from the reports of runs. */
export function safetyPage(reports: readonly RunReport[]): string {
  const minutes = sum(reports.map(({ options }) => options.minutes));
  const seeds = reports.map(({ options }) => options.seed).join(", ");
  const workers = [...new Set(reports.map(({ options }) => options.workers))].join(" or ");
  const days = [...new Set(reports.map(({ startedAt }) => startedAt.slice(0, 10)))].sort().join(", ");
  const length =
    minutes < LONG_RUN_MINUTES
      ? `**The run of two hours that this page is to rest on has not been done yet.** What follows is ${minutes} minutes.`
      : `What follows is ${minutes} minutes.`;
  return `# Safety under fire

Made by \`pnpm campaign:publish\` from recorded runs; not to be edited by hand.

## What is not guaranteed

**That two processes are never inside at once.** A process that stands still, or whose event loop is blocked, wakes up in its
section and goes on. zookit makes \`isHeld()\` false by then; who does not ask does not know. How often and for how long that was
so here is measured below. Only a resource that checks tokens is safe from it.

**That \`isHeld()\` is false in time when a session is ended before its time.** The campaign ends sessions at the servers while
their clients are alive. What a client believes until it is told counts as no violation.

**That anything goes on while there is no majority of servers**, or no way to it. Figures of hand-over and recovery are what was
seen on one small machine, with sessions of 1.5 s and ticks of 200 ms; they are no bounds.

**That what was not tried is safe.** The links between the servers are not cut: servers are killed and stopped instead. The clocks
of all processes are one clock. The same campaign with kazoo's recipes in the workers, for comparison, has not been done yet.

${length}

## What was done

Real servers, three of them, each behind a proxy that can cut, partition, delay, throttle, and lose single replies. ${workers} worker
processes run every recipe and record what they did, each in a history of its own, before and after. A nemesis does to workers,
links and servers what the table of faults says, several things at a time; in between there are calms of ten seconds, in which
everything must go on, and members of a party must see each other. At the end everything is given up, and nothing may be left.
[guarantees.md](guarantees.md) says what is promised; the checkers of \`campaign/checkers\` read the histories. A linearizability
checker with a model for each recipe finds an order in which all that holders were told can be true, unknown outcomes left open;
if it came to no end, that would count as a failure. Others look at tokens, at the register, at members, and at what is left.
The checkers are checked with histories known to be good and bad, and by campaigns on programs with mistakes in them
(\`pnpm campaign:mutants\`).

Runs of ${days}, seeds ${seeds}: ${verdictOf(reports)}.

\`\`\`sh
pnpm campaign --minutes 5 --seed ${reports[0]?.options.seed ?? 1}
\`\`\`

runs it again: the same things go wrong, though not at quite the same moments.

## Defects that it has found

${DEFECTS.map(({ what, test }) => `- ${what} Shown by \`${test}\`.`).join("\n")}

${figures(reports)}`;
}
